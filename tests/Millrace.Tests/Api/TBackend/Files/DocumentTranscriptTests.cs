using Microsoft.AspNetCore.Http;
using Millrace.Core.Storage;
using Millrace.Testing;
using Millrace.Tests.Core;
using Millrace.Tests.Knowledge.Documents;
using Millrace.Tests.Models.Embedded;

namespace Millrace.Tests.Api.TBackend.Files;

/// <summary>The contract's transcript as it is written, with the models of a fresh installation. (t-backend §A.6)</summary>
public sealed class DocumentTranscriptTests
{
    [Theory, OnEachDatabase]
    public async Task A_whitepaper_is_fetched_and_chat_tells_of_its_tokenomics(Dialect dialect)
    {
        UseLite.Embedder();
        var pdf = new PdfWriter()
            .Page(
                ("Tokenomics", 20),
                ("The supply is fixed at one million tokens, of which a third is for holders.", 12),
                ("Half of every fee is burned.", 12)
            )
            .Page(("Team", 20), ("Ada founded the company in Lisbon with two engineers.", 12))
            .Write();
        await using var site = await LocalServer.StartAsync(context =>
            context.Response.Body.WriteAsync(pdf).AsTask()
        );
        await using var server = await TestServer.StartEmbeddedAsync(
            dialect,
            ("Outbound:Allow:0", $"127.0.0.1:{site.Address.Port}")
        );
        using var client = server.Client();

        using var made = await client.PostAsync(
            "/files/vector-stores",
            Wire.Json(new { name = "my-documents", description = "What the company says." })
        );
        var store = (await made.SucceedAsync())["id"]!.ToString();
        store.ShouldStartWith("vs_");
        using var fetched = await client.PostAsync(
            $"/files/upload-url?url={site.Address}whitepaper.pdf",
            content: null
        );
        var file = (await fetched.SucceedAsync())["file_id"]!.ToString();
        var added = await client.AddAsync(store, file);
        added["file_id"]!.ToString().ShouldBe(file);
        added["status"]!.ToString().ShouldBe("completed");
        var answer = await client.SayAsync(
            new { message = "Search my documents for information about tokenomics" }
        );

        var reply = answer["reply"]!.ToString();
        reply.ShouldContain("whitepaper.pdf");
        reply.ShouldMatch("one million tokens|fee is burned");
        reply.ShouldNotContain("Lisbon");
    }
}
