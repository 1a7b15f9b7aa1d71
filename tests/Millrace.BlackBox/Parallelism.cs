// Most tests wait for a server or a client; a few at a time keep both cores at work.
[assembly: CollectionBehavior(MaxParallelThreads = 3)]
