namespace Millrace.Knowledge.Vectors;

/// <summary>An index that keeps up with its source: it is loaded once, and then takes in what was told of.</summary>
internal sealed class FollowedIndex<TKey>(
    VectorScope scope,
    VectorSource<TKey> source,
    VectorChanges changes,
    VectorIndexOptions? options
)
    where TKey : unmanaged, IEquatable<TKey>
{
    private readonly Lock _turns = new();
    private Task _latest = Task.CompletedTask;
    private bool _isWaiting;
    private long _last;

    public VectorIndex<TKey> Index { get; } = new(scope.Dimensions, options);

    public bool IsLoaded { get; private set; }

    /// <summary>It could not be loaded, or changes that it has not seen are no longer kept.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>When it was last asked for, by its owner's clock.</summary>
    public long Used { get; set; }

    /// <summary>
    /// After this the index holds all that was committed before the call. Turns follow each other, so that no look at
    /// the source is overtaken by an older one; all who come while one waits share it.
    /// </summary>
    public Task CatchUpAsync()
    {
        lock (_turns)
        {
            if (!_isWaiting)
            {
                _isWaiting = true;
                _latest = TurnAsync(_latest);
            }
            return _latest;
        }
    }

    private async Task TurnAsync(Task before)
    {
        await before.ConfigureAwait(
            ConfigureAwaitOptions.ForceYielding | ConfigureAwaitOptions.SuppressThrowing
        );
        lock (_turns)
            _isWaiting = false;
        if (IsBroken)
            return;
        if (IsLoaded)
            await FollowAsync();
        else
            await LoadAsync();
    }

    private async Task LoadAsync()
    {
        try
        {
            _last = await changes.LastAsync(scope);
            // Not a caller's cancellation: others wait for the same.
            await Index.LoadAsync(source.AllAsync(scope), CancellationToken.None);
            IsLoaded = true;
        }
        catch
        {
            IsBroken = true;
            throw;
        }
    }

    private async Task FollowAsync()
    {
        while (true)
        {
            var news = await changes.ReadAsync<TKey>(scope, _last);
            IsBroken = news is null;
            if (news is null || news.Keys.Count == 0)
                return;
            var gone = news.Keys.ToHashSet();
            foreach (var (key, vector) in await source.FindAsync(scope, news.Keys))
            {
                Index.Add(key, vector.Span);
                gone.Remove(key);
            }
            foreach (var key in gone)
                Index.Remove(key);
            _last = news.Last;
        }
    }
}
