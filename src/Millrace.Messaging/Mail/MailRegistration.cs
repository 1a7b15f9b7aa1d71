using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Settings;
using Millrace.Core.Work;

namespace Millrace.Messaging.Mail;

internal static class MailRegistration
{
    public static void AddMail(this IServiceCollection services, IConfiguration configuration)
    {
        var options = services.AddSection<MailOptions>(configuration);
        if (options.Host.Length > 0)
            services.AddSingleton<IMailTransport, SmtpTransport>();
        else
            services.AddSingleton<IMailTransport, OutboxTransport>();
        services.AddSingleton<MailedSecrets>();
        services.AddSingleton<AccountMails>();
        services.AddWorkHandler<MailWork>();
    }
}
