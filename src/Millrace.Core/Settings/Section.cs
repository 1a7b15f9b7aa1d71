using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Millrace.Core.Settings;

/// <summary>
/// One group of settings: a class of plain properties with their defaults, bound from <c>Millrace:{Name}</c>. A wrong
/// value or an unknown name stops the start with the setting's full name.
/// </summary>
public interface ISection
{
    /// <summary>The section's name below <c>Millrace</c>, such as <c>Models</c> or <c>Knowledge:Documents</c>.</summary>
    static abstract string Name { get; }

    /// <summary>One sentence per wrong value: the setting's name, what is wrong, and how to mend it.</summary>
    IEnumerable<string> Validate();
}

/// <summary>A setting that stops the start.</summary>
public sealed class SettingsException(string message) : Exception(message);

/// <summary>The names of all sections that this process knows, so that an unknown one can be refused.</summary>
public sealed class KnownSections
{
    private readonly HashSet<string> _names = new(StringComparer.OrdinalIgnoreCase);

    internal void Add(string name) => _names.Add(name);

    /// <summary>Throws when <c>Millrace</c> holds a section that nothing reads.</summary>
    public void Check(IConfiguration configuration) =>
        Check(configuration.GetSection(SectionRegistration.Root), "");

    private void Check(IConfigurationSection group, string prefix)
    {
        foreach (var child in group.GetChildren())
        {
            var name = prefix + child.Key;
            if (_names.Contains(name))
                continue;
            var inner = $"{name}:";
            if (!_names.Any(known => known.StartsWith(inner, StringComparison.OrdinalIgnoreCase)))
                throw new SettingsException(
                    $"{child.Path}: no such setting. Known groups: {string.Join(", ", _names.Order())}."
                );
            Check(child, inner);
        }
    }
}

public static class SectionRegistration
{
    public const string Root = "Millrace";

    /// <summary>Binds and checks the section now, and makes it a singleton that services take by its own type.</summary>
    public static T AddSection<T>(this IServiceCollection services, IConfiguration configuration)
        where T : class, ISection, new()
    {
        var section = Bind<T>(configuration);
        services.TryAddSingleton(section);
        KnownTo(services).Add(T.Name);
        return section;
    }

    /// <summary>The sections registered so far.</summary>
    public static KnownSections KnownSections(this IServiceCollection services) =>
        KnownTo(services);

    /// <summary>Reads one section without registering it.</summary>
    public static T Bind<T>(IConfiguration configuration)
        where T : class, ISection, new()
    {
        var path = $"{Root}:{T.Name}";
        T section;
        try
        {
            section =
                configuration
                    .GetSection(path)
                    .Get<T>(options => options.ErrorOnUnknownConfiguration = true)
                ?? new T();
        }
        catch (InvalidOperationException failure)
        {
            throw new SettingsException(
                $"{path}: {failure.Message} {failure.InnerException?.Message}".TrimEnd()
            );
        }
        var errors = section.Validate().ToList();
        return errors.Count == 0
            ? section
            : throw new SettingsException(string.Join(Environment.NewLine, errors));
    }

    private static KnownSections KnownTo(IServiceCollection services)
    {
        var known = services
            .Select(service => service.ImplementationInstance)
            .OfType<KnownSections>()
            .FirstOrDefault();
        if (known is null)
        {
            known = new KnownSections();
            services.AddSingleton(known);
        }
        return known;
    }
}
