namespace Millrace.Knowledge.Vectors;

/// <summary>Whose vectors are searched together: a workspace's, of one group within it, by one embedding model.</summary>
/// <param name="Group">What the owner sorts by, such as <c>documents</c> or <c>memory</c>.</param>
/// <param name="Model">The embedding model: vectors of two models say nothing of each other.</param>
public readonly record struct VectorScope(
    Guid Workspace,
    string Group,
    string Model,
    int Dimensions
);
