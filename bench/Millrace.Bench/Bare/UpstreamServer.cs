using System.Text;

namespace Millrace.Bench.Bare;

/// <summary>A provider of OpenAI's form that answers everything at once with the same 400 bytes.</summary>
internal static class UpstreamServer
{
    private static readonly byte[] Answer = Encoding.UTF8.GetBytes(
        """
        {"id":"chatcmpl-bench","object":"chat.completion","created":1764000000,"model":"instant","choices":[{"index":0,"message":{"role":"assistant","content":"The mill turns while the water runs, and the stones grind what they are given. Nobody has to wait for it."},"finish_reason":"stop","logprobs":null}],"usage":{"prompt_tokens":24,"completion_tokens":23,"total_tokens":47},"system_fingerprint":"fp_bench"}
        """
    );

    public static async Task<int> RunAsync(string url)
    {
        await using var app = Role.Bare(url);
        app.MapPost(
            "/v1/chat/completions",
            async http =>
            {
                // Read to the end, so that the connection can be used again.
                await http.Request.Body.CopyToAsync(Stream.Null, http.RequestAborted);
                http.Response.ContentType = "application/json";
                http.Response.ContentLength = Answer.Length;
                await http.Response.Body.WriteAsync(Answer);
            }
        );
        return await Role.ServeAsync(app);
    }
}
