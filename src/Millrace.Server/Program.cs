using System.CommandLine;
using Millrace.Core.Settings;
using Millrace.Server.Commands;

var root = new RootCommand("Millrace: a self-hosted backend for AI agents.")
{
    CommonOptions.Data,
    CommonOptions.Config,
    ServeCommand.Create(),
    KeyCommand.Create(),
    ModelsCommand.Create(),
    SecretCommand.Create(),
    FluxraCommand.Create(),
    WorkCommand.Create(),
    DoctorCommand.Create(),
    VersionCommand.Create(),
};
try
{
    return await root.Parse(args)
        .InvokeAsync(
            new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            }
        );
}
catch (SettingsException wrong)
{
    await Console.Error.WriteLineAsync(wrong.Message);
    return 2;
}
catch (Millrace.Core.Failures.Failure failure)
{
    await Console.Error.WriteLineAsync(failure.Message);
    return 1;
}
