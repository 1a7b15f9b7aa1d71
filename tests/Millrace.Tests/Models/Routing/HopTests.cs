using Millrace.Models.Routing;

namespace Millrace.Tests.Models.Routing;

public sealed class HopTests
{
    [Theory]
    [InlineData(null, 0)]
    [InlineData("", 0)]
    [InlineData("1", 1)]
    [InlineData("3", 3)]
    [InlineData("-7", 1)]
    [InlineData("anything", 1)]
    public void A_request_says_how_many_servers_it_came_through(string? header, int count) =>
        Hop.Count(header).ShouldBe(count);

    [Fact]
    public void What_is_sent_on_says_one_more()
    {
        Hop.Next.ShouldBe("1");
        Hop.Note(2);
        Hop.Next.ShouldBe("3");
    }
}
