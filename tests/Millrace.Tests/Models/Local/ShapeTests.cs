using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using Millrace.Tests.Models.Embedded;

namespace Millrace.Tests.Models.Local;

public sealed class ShapeTests
{
    [Theory]
    [InlineData(
        "Extract: Bob Stone, bob@x.com",
        """{"name":{"type":"string"},"email":{"type":"string","format":"email"}}""",
        """{"name":"Bob Stone","email":"bob@x.com"}"""
    )]
    [InlineData(
        "Extract the person: Ada is 36 and lives in Paris.",
        """{"name":{"type":"string"},"age":{"type":"integer"},"city":{"type":"string"}}""",
        """{"name":"Ada","age":36,"city":"Paris"}"""
    )]
    [InlineData("What is 17*23?", """{"result":{"type":"number"}}""", """{"result":391}""")]
    [InlineData(
        "What is 17*23?",
        """{"answer":{"type":"string"}}""",
        """{"answer":"17*23 = 391."}"""
    )]
    [InlineData(
        "Extract: the invoice of 2026-05-03 is over $1,250.50.",
        """{"date":{"type":"string","format":"date"},"amount":{"type":"number"}}""",
        """{"date":"2026-05-03","amount":1250.50}"""
    )]
    [InlineData(
        "Extract: nothing here.",
        """{"email":{"type":["string","null"]},"age":{"type":["integer","null"]}}""",
        """{"email":null,"age":null}"""
    )]
    [InlineData(
        "Extract: nothing here.",
        """{"email":{"type":"string"},"age":{"type":"integer"},"ok":{"type":"boolean"}}""",
        """{"email":"","age":0,"ok":false}"""
    )]
    [InlineData(
        "Classify this text: the urgent order came late",
        """{"priority":{"type":"string","enum":["low","normal","urgent"]}}""",
        """{"priority":"urgent"}"""
    )]
    [InlineData(
        "Classify this text: hello",
        """{"kind":{"type":"string","enum":["bug","feature","unknown"]}}""",
        """{"kind":"unknown"}"""
    )]
    [InlineData(
        "Extract: mail a@b.co and c@d.co.",
        """{"emails":{"type":"array","items":{"type":"string"}}}""",
        """{"emails":["a@b.co","c@d.co"]}"""
    )]
    [InlineData(
        "Extract the numbers from this text: 3 pears and 4 figs",
        """{"numbers":{"type":"array","items":{"type":"integer"}}}""",
        """{"numbers":[3,4]}"""
    )]
    [InlineData(
        "Extract all the people from the text: Ada is 36 years old. Bob is 40 years old.",
        """{"people":{"type":"array","items":{"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"}},"required":["name","age"]}}}""",
        """{"people":[{"name":"Ada","age":36},{"name":"Bob","age":40}]}"""
    )]
    [InlineData(
        "Extract: Name: Ada\nCity: Zagreb",
        """{"name":{"type":"string"},"city":{"type":"string"}}""",
        """{"name":"Ada","city":"Zagreb"}"""
    )]
    [InlineData(
        "Extract: nothing",
        """{"a":{"type":"object","properties":{"b":{"type":"object","properties":{"c":{"type":"string"}},"required":["c"]}},"required":["b"]}}""",
        """{"a":{"b":{"c":""}}}"""
    )]
    [InlineData(
        "Extract: nothing",
        """{"n":{"type":"integer","minimum":5},"s":{"anyOf":[{"type":"string"},{"type":"null"}]}}""",
        """{"n":5,"s":null}"""
    )]
    [InlineData(
        "Extract: nothing",
        """{"v":{"const":"x"},"l":{"type":"array","items":{"type":"string"},"minItems":1}}""",
        """{"v":"x","l":[""]}"""
    )]
    [InlineData(
        "Extract: the colour is red.",
        """{"color":{"type":"string"}}""",
        """{"color":"red"}"""
    )]
    [InlineData("Is 2028 a leap year?", """{"answer":{"type":"boolean"}}""", """{"answer":true}""")]
    public async Task Fills_the_shape(string message, string properties, string expected)
    {
        var names = JsonNode
            .Parse(properties)!
            .AsObject()
            .Select(property => (JsonNode?)property.Key)
            .ToArray();
        var schema = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = JsonNode.Parse(properties),
            ["required"] = new JsonArray(names),
        };
        using var talk = new Conversation();
        talk.Options.ResponseFormat = ChatResponseFormat.ForJsonSchema(
            JsonSerializer.SerializeToElement(schema)
        );
        var answer = JsonNode.Parse(await talk.AskAsync(message));
        JsonNode.DeepEquals(answer, JsonNode.Parse(expected)).ShouldBeTrue(answer!.ToJsonString());
    }

    [Fact]
    public async Task What_is_unknown_and_not_required_is_left_out()
    {
        using var talk = new Conversation();
        talk.Options.ResponseFormat = ChatResponseFormat.ForJsonSchema(
            JsonDocument
                .Parse(
                    """{"type":"object","properties":{"email":{"type":"string"},"phone":{"type":"string"}}}"""
                )
                .RootElement
        );
        (await talk.AskAsync("Extract: write to a@b.co")).ShouldBe("""{"email":"a@b.co"}""");
    }

    [Fact]
    public async Task Facts_of_the_conversation_fill_a_shape()
    {
        using var talk = new Conversation();
        await talk.AskAsync("My name is Ada, I'm 36 and I live in Zagreb.");
        talk.Options.ResponseFormat = ChatResponseFormat.ForJsonSchema(
            JsonDocument
                .Parse(
                    """{"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"},"city":{"type":"string"}},"required":["name","age","city"]}"""
                )
                .RootElement
        );
        (await talk.AskAsync("Who am I?")).ShouldBe("""{"name":"Ada","age":36,"city":"Zagreb"}""");
    }

    [Theory]
    [InlineData("What is 2+2?", """{"answer":"2+2 = 4."}""")]
    [InlineData(
        "My name is Ada. What is 2+2? Answer as JSON with keys name and result.",
        """{"name":"Ada","result":4}"""
    )]
    [InlineData(
        """Answer in the form {"name": "...", "age": 0} from this text: Bob is 40 years old.""",
        """{"name":"Bob","age":40}"""
    )]
    public async Task Without_a_schema_the_message_names_the_keys(string message, string expected)
    {
        using var talk = new Conversation();
        talk.Options.ResponseFormat = ChatResponseFormat.Json;
        (await talk.AskAsync(message)).ShouldBe(expected);
    }

    [Fact]
    public async Task A_value_of_an_enum_that_is_not_named_is_chosen_by_meaning()
    {
        using var talk = new Conversation(UseLite.Embedder()) { KeepsEmbedder = true };
        talk.Options.ResponseFormat = ChatResponseFormat.ForJsonSchema(
            JsonDocument
                .Parse(
                    """{"type":"object","properties":{"topic":{"type":"string","enum":["gardening","banking","cooking"]}},"required":["topic"]}"""
                )
                .RootElement
        );
        (
            await talk.AskAsync("Classify this text: I want to move money to my savings account")
        ).ShouldBe("""{"topic":"banking"}""");
    }

    [Fact]
    public async Task A_pattern_is_looked_for_in_the_text()
    {
        using var talk = new Conversation();
        talk.Options.ResponseFormat = ChatResponseFormat.ForJsonSchema(
            JsonDocument
                .Parse(
                    """{"type":"object","properties":{"ticket":{"type":"string","pattern":"^[A-Z]{3}-[0-9]+$"}},"required":["ticket"]}"""
                )
                .RootElement
        );
        (await talk.AskAsync("Extract: please look at ABC-123 today.")).ShouldBe(
            """{"ticket":"ABC-123"}"""
        );
    }

    [Fact]
    public async Task A_token_limit_never_cuts_json_in_two()
    {
        using var talk = new Conversation();
        talk.Options.MaxOutputTokens = 3;
        talk.Options.ResponseFormat = ChatResponseFormat.ForJsonSchema(
            JsonDocument
                .Parse(
                    """{"type":"object","properties":{"name":{"type":"string"},"city":{"type":"string"}},"required":["name"]}"""
                )
                .RootElement
        );
        var response = await talk.SayAsync("Extract: Ada lives in Zagreb.");
        response.FinishReason.ShouldBe(ChatFinishReason.Length);
        response.Text.ShouldBe("""{"name":""}""");
    }

    [Fact]
    public async Task A_schema_that_refers_to_itself_ends()
    {
        using var talk = new Conversation();
        talk.Options.ResponseFormat = ChatResponseFormat.ForJsonSchema(
            JsonDocument
                .Parse(
                    """{"$defs":{"n":{"type":"object","properties":{"next":{"$ref":"#/$defs/n"},"v":{"type":"string"}}}},"$ref":"#/$defs/n"}"""
                )
                .RootElement
        );
        JsonNode.Parse(await talk.AskAsync("Extract: nothing")).ShouldBeOfType<JsonObject>();
    }
}
