using System.Net.Sockets;
using System.Text;
using Millrace.Testing.Doubles;

namespace Millrace.BlackBox.BadInput;

public sealed class SlowClientTests(SteadyServer steady) : IClassFixture<SteadyServer>
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_client_that_reads_a_byte_a_second_holds_nobody_up_and_takes_no_memory()
    {
        var words = Enumerable.Repeat(new string('x', 1_000), 20_000);
        steady.Upstream.Next(Behaviour.Says(string.Join(' ', words)));
        var before = steady.Server.Resident;
        using var socket = await steady.ConnectAsync();
        socket.ReceiveBufferSize = 4096;
        await socket.SendAsync(Chat("""{"message":"Go on","model":"large","stream":true}"""));
        for (var read = 0; read < 5; read++)
        {
            await socket.ReceiveAsync(new byte[1]);
            await steady.ShouldStandAsync();
            await Task.Delay(Second);
        }
        (steady.Server.Resident - before).ShouldBeLessThan(300L << 20);
        socket.Close(timeout: 0);
        await steady.ShouldStandAsync();
    }

    [Fact]
    public async Task A_client_that_sends_a_byte_a_second_is_given_up()
    {
        using var socket = await steady.ConnectAsync();
        await socket.SendAsync(
            Encoding.ASCII.GetBytes(
                $"POST /chat HTTP/1.1\r\nHost: x\r\napi-key: {steady.Server.Key}\r\nContent-Length: 1000\r\n\r\n"
            )
        );
        var answer = SteadyServer.ReadAsync(socket);
        var sent = 0;
        try
        {
            while (!answer.IsCompleted && sent++ < 60)
            {
                await socket.SendAsync("{"u8.ToArray());
                await Task.WhenAny(answer, Task.Delay(Second));
            }
        }
        catch (SocketException)
        {
            // The server closed.
        }
        sent.ShouldBeLessThan(60, "the server still waits");
        var text = await answer;
        if (text.Length > 0)
            text.ShouldStartWith("HTTP/1.1 4");
        await steady.ShouldStandAsync();
    }

    [Fact]
    public async Task A_client_that_leaves_a_stream_cancels_the_model_and_the_partial_text_is_kept()
    {
        var forever = new TaskCompletionSource();
        steady.Upstream.Next(
            Behaviour.Says("one two three four") with
            {
                BeforePiece = number => number < 3 ? Task.CompletedTask : forever.Task,
            }
        );
        // .NET's own client would wait for the rest for two seconds before it closes the connection.
        using (var socket = await steady.ConnectAsync())
        {
            await socket.SendAsync(
                Chat("""{"message":"Count.","session_id":"left","model":"large","stream":true}""")
            );
            await ReadUntilAsync(socket, "two");
        }
        await steady.Upstream.Last.Abandoned.WaitAsync(TimeSpan.FromSeconds(15));

        await steady.Server.ChatAsync(
            new
            {
                message = "Go on.",
                session_id = "left",
                model = "large",
            }
        );
        var messages = steady.Upstream.Last.Body["messages"]!.AsArray();
        messages
            .Where(message => (string)message!["role"]! == "assistant")
            .Select(message => message!["content"]!.ToString())
            .ShouldContain(text => text.StartsWith("one two"));
        await steady.ShouldStandAsync();
    }

    private static async Task ReadUntilAsync(Socket socket, string word)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (!text.ToString().Contains(word, StringComparison.Ordinal))
        {
            var count = await socket.ReceiveAsync(buffer);
            count.ShouldBeGreaterThan(0, $"The stream ended after: {text}");
            text.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }
    }

    private byte[] Chat(string body) =>
        Encoding.UTF8.GetBytes(
            $"POST /chat HTTP/1.1\r\nHost: x\r\napi-key: {steady.Server.Key}\r\nContent-Length: {body.Length}\r\n\r\n{body}"
        );
}
