using System.Reflection;

namespace Millrace.Core.Settings;

/// <summary>The version of this build of Millrace, as <c>/health</c> and <c>millrace version</c> tell it.</summary>
public static class ServerVersion
{
    public static string Text { get; } =
        typeof(ServerVersion)
            .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion.Split('+')[0];
}
