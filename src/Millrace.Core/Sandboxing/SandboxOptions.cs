using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Millrace.Core.Settings;

namespace Millrace.Core.Sandboxing;

/// <summary>How programs that read hostile input are run.</summary>
public sealed class SandboxOptions : ISection
{
    public static string Name => "Sandbox";

    /// <summary>
    /// Runs such programs without isolation where bubblewrap cannot start: an operator's choice
    /// (<c>--allow-unsandboxed-tools</c>) for hosts without user namespaces. Limits of time, memory and size hold.
    /// </summary>
    public bool AllowUnsandboxed { get; init; }

    /// <summary>Programs at work at once; 0 takes the number of cores.</summary>
    public int Parallel { get; init; }

    public IEnumerable<string> Validate()
    {
        if (Parallel is < 0 or > 1024)
            yield return $"Millrace:Sandbox:Parallel: {Parallel} is outside 0 to 1024.";
    }
}

public static class SandboxRegistration
{
    /// <summary>Adds <see cref="Sandbox"/> and its settings.</summary>
    public static IServiceCollection AddSandbox(
        this IServiceCollection services,
        IConfiguration configuration
    )
    {
        services.AddSection<SandboxOptions>(configuration);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<Sandbox>();
        return services;
    }
}
