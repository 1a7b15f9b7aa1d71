using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Millrace.Agents;
using Millrace.Api;
using Millrace.Api.Fluxra.Access;
using Millrace.Core;
using Millrace.Core.Identity;
using Millrace.Core.Secrets;
using Millrace.Core.Settings;
using Millrace.Core.Storage;
using Millrace.Knowledge;
using Millrace.Messaging;
using Millrace.Messaging.Mail;
using Millrace.Models;
using Millrace.Models.Discovery;
using Millrace.Models.Routing;
using Millrace.Payments;

namespace Millrace.Server.Starting;

/// <summary>The whole server, put together from its floors.</summary>
public sealed class MillraceHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private FileStream? _lock;

    private MillraceHost(WebApplication app) => _app = app;

    public IServiceProvider Services => _app.Services;

    /// <summary>The addresses that are listened on, once started.</summary>
    public IReadOnlyCollection<string> Addresses =>
        [
            .. _app
                .Services.GetRequiredService<IServer>()
                .Features.Get<IServerAddressesFeature>()!
                .Addresses,
        ];

    /// <summary>Reads the settings and registers everything; nothing is opened yet.</summary>
    /// <param name="found">Models found on this machine that may answer although nobody chose them by name.</param>
    /// <param name="customise">What a test or bench puts in place of something.</param>
    public static MillraceHost Build(
        Action<IConfigurationBuilder> settings,
        IReadOnlyList<FoundModel>? found = null,
        Action<WebApplicationBuilder>? customise = null
    )
    {
        var builder = WebApplication.CreateSlimBuilder(
            new WebApplicationOptions { Args = ["--hostBuilder:reloadConfigOnChange=false"] }
        );
        // Neither the framework's files nor a watch over the folder that they might be in.
        builder.Configuration.Sources.Clear();
        settings(builder.Configuration);
        var configuration = builder.Configuration;
        var server = builder.Services.AddSection<ServerOptions>(configuration);

        builder.Services.AddCore(configuration);
        builder.Services.AddSingleton<ProviderSecret>(services =>
            services.GetRequiredService<OperatorSecrets>().Find
        );
        builder.Services.AddModels(configuration, [.. ChosenModels(configuration), .. found ?? []]);
        builder.Services.AddPayments();
        builder.Services.AddMessaging(configuration);
        builder.Services.AddKnowledge(configuration);
        builder.Services.AddAgents(configuration);
        builder.Services.AddSurfaces(configuration);
        customise?.Invoke(builder);

        builder.WebHost.UseUrls(server.Urls.Split(';'));
        builder.Services.Configure<HostOptions>(options =>
            options.ShutdownTimeout = TimeSpan.FromSeconds(20)
        );
        builder.Services.KnownSections().Check(configuration);

        var app = builder.Build();
        app.UseSurfaces();
        return new MillraceHost(app);
    }

    /// <summary>Brings the database up to date and reads the secrets that settings name.</summary>
    public async Task OpenAsync(CancellationToken cancellation)
    {
        await Services.GetRequiredService<Store>().MigrateAsync(cancellation);
        await Services.GetRequiredService<SecretsService>().RewrapAsync(cancellation);
        await Services.GetRequiredService<OperatorSecrets>().ReadAsync(SecretNames(), cancellation);
    }

    /// <summary>Takes the data folder, opens the installation, and makes the first key when there is none.</summary>
    public async Task<IssuedApiKey?> PrepareAsync(CancellationToken cancellation)
    {
        TakeDataFolder();
        await OpenAsync(cancellation);
        await Services.GetRequiredService<MessagingHome>().OpenAsync(cancellation);
        return await FirstKey.CreateWhenMissingAsync(Services, cancellation);
    }

    public async Task StartAsync(CancellationToken cancellation)
    {
        try
        {
            await _app.StartAsync(cancellation);
        }
        catch (Exception failure)
            when (failure is SocketException || failure.InnerException is AddressInUseException)
        {
            throw new SettingsException(
                $"Millrace:Server:Urls: {failure.Message.TrimEnd('.')}. Stop what listens there, or name another address with --urls."
            );
        }
    }

    public Task WaitForShutdownAsync(CancellationToken cancellation) =>
        _app.WaitForShutdownAsync(cancellation);

    public Task StopAsync(CancellationToken cancellation) => _app.StopAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        if (_lock is not null)
            await _lock.DisposeAsync();
    }

    private IEnumerable<string> SecretNames()
    {
        IEnumerable<string> names = Services.GetRequiredService<ModelsOptions>().SecretNames;
        if (Services.GetRequiredService<MailOptions>().PasswordSecret is { } password)
            names = names.Append(password);
        if (Services.GetRequiredService<OperatorOptions>().KeySecret is { } key)
            names = names.Append(key);
        return names;
    }

    private static IReadOnlyList<FoundModel> ChosenModels(IConfiguration configuration) =>
        new ChosenModels(
            new DataFolder(SectionRegistration.Bind<DataOptions>(configuration).Folder).Path
        ).Read();

    // The embedded database has one server process; a second one would take the first one's runs for abandoned.
    private void TakeDataFolder()
    {
        var folder = Services.GetRequiredService<DataFolder>();
        try
        {
            _lock = new FileStream(
                folder.File("server.lock"),
                FileMode.OpenOrCreate,
                FileAccess.ReadWrite,
                FileShare.None
            );
        }
        catch (IOException)
        {
            throw new SettingsException(
                $"The data folder {folder.Path} is in use by another Millrace server. Stop that one, or name another folder with --data."
            );
        }
    }
}
