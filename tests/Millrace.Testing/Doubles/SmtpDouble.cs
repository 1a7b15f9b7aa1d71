using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace Millrace.Testing.Doubles;

/// <summary>A mail as an SMTP server is handed it.</summary>
public sealed record TakenMail(string From, string To, string Text, string? User, string? Password);

/// <summary>An SMTP server on this machine that keeps what it is handed (RFC 5321, login by RFC 4954).</summary>
public sealed class SmtpDouble : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _over = new();
    private readonly Channel<TakenMail> _taken = Channel.CreateUnbounded<TakenMail>();
    private readonly Task _accepting;

    public SmtpDouble()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Answered to the next recipients, one each, before any is taken; <c>""</c> is no answer at all.</summary>
    public Queue<string> Refusals { get; } = new();

    public async Task<TakenMail> NextAsync(CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        return await _taken.Reader.ReadAsync(limit.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _over.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var client = await _listener.AcceptTcpClientAsync(_over.Token);
            _ = ServeAsync(client).ContinueWith(_ => client.Dispose(), TaskScheduler.Default);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var reader = new StreamReader(client.GetStream(), Encoding.UTF8);
        await using var writer = new StreamWriter(client.GetStream(), new UTF8Encoding(false))
        {
            NewLine = "\r\n",
            AutoFlush = true,
        };
        string from = "",
            to = "";
        string? user = null,
            password = null;
        await writer.WriteLineAsync("220 double ESMTP");
        while (await reader.ReadLineAsync(_over.Token) is { } line)
        {
            var verb = line.Split(' ', ':')[0].ToUpperInvariant();
            switch (verb)
            {
                case "EHLO":
                    await writer.WriteLineAsync("250-double\r\n250-8BITMIME\r\n250 AUTH LOGIN");
                    break;
                case "AUTH":
                    var words = line.Split(' ');
                    if (words.Length < 3)
                        await writer.WriteLineAsync("334 VXNlcm5hbWU6");
                    user = Decoded(words.Length < 3 ? await LineAsync(reader) : words[2]);
                    await writer.WriteLineAsync("334 UGFzc3dvcmQ6");
                    password = Decoded(await LineAsync(reader));
                    await writer.WriteLineAsync("235 in");
                    break;
                case "MAIL":
                    from = Between(line);
                    await writer.WriteLineAsync("250 ok");
                    break;
                case "RCPT" when Refusals.TryDequeue(out var refusal):
                    if (refusal.Length > 0)
                        await writer.WriteLineAsync(refusal);
                    break;
                case "RCPT":
                    to = Between(line);
                    await writer.WriteLineAsync("250 ok");
                    break;
                case "DATA":
                    await writer.WriteLineAsync("354 go on");
                    _taken.Writer.TryWrite(
                        new TakenMail(from, to, await TextAsync(reader), user, password)
                    );
                    await writer.WriteLineAsync("250 taken");
                    break;
                case "QUIT":
                    await writer.WriteLineAsync("221 bye");
                    return;
                default:
                    await writer.WriteLineAsync("250 ok");
                    break;
            }
        }
    }

    private async Task<string> TextAsync(StreamReader reader)
    {
        var text = new StringBuilder();
        while (await LineAsync(reader) is var line && line != ".")
            text.AppendLine(line.StartsWith('.') ? line[1..] : line);
        return text.ToString();
    }

    private async Task<string> LineAsync(StreamReader reader) =>
        await reader.ReadLineAsync(_over.Token) ?? throw new EndOfStreamException();

    private static string Between(string line) => line[(line.IndexOf('<') + 1)..line.IndexOf('>')];

    private static string Decoded(string text) =>
        Encoding.UTF8.GetString(Convert.FromBase64String(text));
}
