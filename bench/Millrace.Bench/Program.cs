using Millrace.Bench;
using Millrace.Bench.Bare;
using Millrace.Bench.Chatting;
using Millrace.Bench.Enduring;
using Millrace.Bench.Forwarding;
using Millrace.Bench.Ingesting;
using Millrace.Bench.Living;
using Millrace.Bench.Naming;
using Millrace.Bench.Searching;
using Millrace.Bench.Starting;
using Millrace.Bench.Storing;
using Millrace.Bench.Talking;

return args switch
{
    ["store", .. var options] => await StoreBench.RunAsync(new BenchOptions(options)),
    ["chat", .. var options] => await ChatBench.RunAsync(new BenchOptions(options)),
    ["gateway", .. var options] => await GatewayBench.RunAsync(new BenchOptions(options)),
    ["start", .. var options] => await StartBench.RunAsync(new BenchOptions(options)),
    ["endurance", .. var options] => await EnduranceBench.RunAsync(new BenchOptions(options)),
    ["graph", .. var options] => await GraphBench.RunAsync(new BenchOptions(options)),
    ["ingest", .. var options] => await IngestBench.RunAsync(new BenchOptions(options)),
    ["search", .. var options] => await SearchBench.RunAsync(new BenchOptions(options)),
    ["vectors", .. var options] => await VectorBench.RunAsync(new BenchOptions(options)),
    ["names", .. var options] => NameBench.Run(new BenchOptions(options)),
    ["rerank", ..] => await RerankBench.RunAsync(),
    ["messages", .. var options] => await MessageBench.RunAsync(new BenchOptions(options)),
    ["fanout", .. var options] => await FanoutBench.RunAsync(new BenchOptions(options)),
    ["webhooks", .. var options] => await WebhookBench.RunAsync(new BenchOptions(options)),
    ["role", var role, var url] => await Role.RunAsync(role, url),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine(
        """
        bench/run.sh NAME [--rounds N] [--seconds S]
          store      durable one-row writes, against plain SaveChanges and a bare group commit
          gateway    /v1/chat/completions, against a bare forwarder, another gateway and the upstream itself
          chat       /chat with a model that takes no time, against a bare endpoint that writes one row;
                     then long sessions: [--race 0] or [--long 0] leaves one of them out
          start      time to the first healthy answer, and memory
          messages   agents' messages over HTTP, against a bare endpoint that writes one row; then as the store fills:
                     [--race 0] or [--messages 0] leaves one of them out, [--messages N] fills it with more
          endurance  kill -9 under load: [--part turns|agents|messages] [--kills N] [--seed N] [--seconds S of agents]
          graph      facts written and asked for as a graph grows: [--facts N] for the last size, [--database postgres]
          ingest     plain text read without vectors and with them, against the embedder alone, and its memory
          search     hybrid search as a workspace grows: [--chunks N] for the last size, [--database postgres]
          vectors    the vector index as it grows, and against usearch and sqlite-vec: [--part growth|million|peers] [--topic N]
          names      trains the model of names and measures it in turns on the third that it was not trained on:
                     [--write FILE] writes the weights of a model trained on all
          rerank     finds the weights by which search orders the best passages, and measures them on documents that they
                     were not found on
          fanout     1,000 listeners in 10 groups of 100, then idle connections: [--rate N] messages a second into each
                     group, [--live 0], [--idle N] connections or none
          webhooks   signed deliveries, and what a receiver costs that never answers: [--messages N] a lap
        """
    );
    return 2;
}
