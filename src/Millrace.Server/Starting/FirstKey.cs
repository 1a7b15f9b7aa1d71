using Millrace.Core.Identity;
using Millrace.Core.Settings;

namespace Millrace.Server.Starting;

/// <summary>Makes the key that opens a new installation.</summary>
internal static class FirstKey
{
    public const string Variable = "MILLRACE_BOOTSTRAP_KEY";

    /// <summary>The first key, when there was none; its secret is the operator's own or a random one.</summary>
    public static async Task<IssuedApiKey?> CreateWhenMissingAsync(
        IServiceProvider services,
        CancellationToken cancellation
    )
    {
        var keys = services.GetRequiredService<ApiKeys>();
        if (await keys.AnyAsync(cancellation))
            return null;
        var chosen = services.GetRequiredService<IConfiguration>()[Variable];
        try
        {
            return await keys.CreateAsync(
                new NewApiKey
                {
                    Name = "first",
                    IsAdmin = true,
                    Secret = string.IsNullOrEmpty(chosen) ? null : chosen,
                },
                cancellation
            );
        }
        catch (Core.Failures.Invalid wrong)
        {
            throw new SettingsException($"{Variable}: {wrong.Message}");
        }
    }
}
