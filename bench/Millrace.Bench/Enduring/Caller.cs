using Millrace.Bench.Chatting;

namespace Millrace.Bench.Enduring;

/// <summary>
/// Says one thing after another in sessions of its own, each under a name of its own, and says again what it had no
/// answer to.
/// </summary>
internal sealed class Caller(int number)
{
    private const int TurnsOfSession = 25;

    private readonly List<string> _acknowledged = [];
    private int _said;
    private Guid _requestId = Guid.NewGuid();

    public IReadOnlyList<string> Acknowledged => _acknowledged;

    /// <summary>Goes on until the server is gone.</summary>
    public async Task RunAsync(ChatClient client)
    {
        while (true)
        {
            var message = $"Note {_said} of caller {number} is about wheel {_said % 17}.";
            try
            {
                await client.SayAsync(
                    $"caller-{number}-{_said / TurnsOfSession}",
                    message,
                    _requestId
                );
            }
            catch (Exception gone) when (gone is HttpRequestException or IOException)
            {
                if (gone is HttpRequestException { StatusCode: not null })
                    throw;
                return;
            }
            _acknowledged.Add(message);
            _said++;
            _requestId = Guid.NewGuid();
        }
    }
}
