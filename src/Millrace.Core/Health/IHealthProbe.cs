namespace Millrace.Core.Health;

public enum ComponentState
{
    Ok,

    /// <summary>Works with a loss that an operator should look at.</summary>
    Degraded,

    Down,

    /// <summary>Not set up in this installation.</summary>
    Disabled,
}

/// <summary>Finds out how one component fares, by using it. A probe that throws or hangs tells of <see cref="ComponentState.Down"/>.</summary>
public interface IHealthProbe
{
    /// <summary>The component's name as reports show it, such as <c>database</c>.</summary>
    string Component { get; }

    /// <summary>Whether nothing works without it.</summary>
    bool IsVital { get; }

    Task<ComponentState> CheckAsync(CancellationToken cancellation);
}
