using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Millrace.Tests.Models.Local;

/// <summary>Eight tools as callers declare them.</summary>
internal static class Toolbox
{
    public static AIFunctionDeclaration[] All { get; } =
    [
        Tool(
            "get_weather",
            "Get the current weather or forecast for a city",
            """{"type":"object","properties":{"city":{"type":"string","description":"City name"},"unit":{"type":"string","enum":["celsius","fahrenheit"]}},"required":["city"]}"""
        ),
        Tool(
            "send_email",
            "Send an e-mail message to somebody",
            """{"type":"object","properties":{"to":{"type":"string","format":"email","description":"Address of the recipient"},"subject":{"type":"string"},"body":{"type":"string"}},"required":["to"]}"""
        ),
        Tool(
            "create_reminder",
            "Set a reminder for a task on a date",
            """{"type":"object","properties":{"task":{"type":"string","description":"What to be reminded of"},"date":{"type":"string","format":"date"},"time":{"type":"string"}},"required":["task"]}"""
        ),
        Tool(
            "convert_currency",
            "Convert an amount of money from one currency to another at the current exchange rate",
            """{"type":"object","properties":{"amount":{"type":"number"},"from_currency":{"type":"string"},"to_currency":{"type":"string"}},"required":["amount","from_currency","to_currency"]}"""
        ),
        Tool(
            "search_flights",
            "Find flights between two cities on a date",
            """{"type":"object","properties":{"from_city":{"type":"string"},"to_city":{"type":"string"},"date":{"type":"string","format":"date"}},"required":["from_city","to_city"]}"""
        ),
        Tool(
            "get_stock_price",
            "Look up the share price of a company on the stock exchange",
            """{"type":"object","properties":{"symbol":{"type":"string","description":"Ticker symbol or company"}},"required":["symbol"]}"""
        ),
        Tool(
            "play_music",
            "Play a song, an artist or a playlist",
            """{"type":"object","properties":{"query":{"type":"string","description":"Song, artist or playlist"}},"required":["query"]}"""
        ),
        Tool(
            "track_order",
            "Show where a customer's order or parcel is and when it arrives",
            """{"type":"object","properties":{"order_id":{"type":"string","description":"Number of the order"}},"required":["order_id"]}"""
        ),
    ];

    public static AIFunctionDeclaration Calculator { get; } =
        Tool(
            "calculator",
            "Evaluate an arithmetic expression",
            """{"type":"object","properties":{"expression":{"type":"string"}},"required":["expression"]}"""
        );

    public static AIFunctionDeclaration WebSearch { get; } =
        Tool(
            "web_search",
            "Search the web",
            """{"type":"object","properties":{"query":{"type":"string"}},"required":["query"]}"""
        );

    public static AIFunctionDeclaration FileSearch { get; } =
        Tool(
            "file_search",
            "Search the user's documents",
            """{"type":"object","properties":{"query":{"type":"string"}},"required":["query"]}"""
        );

    private static AIFunctionDeclaration Tool(string name, string description, string schema) =>
        AIFunctionFactory.CreateDeclaration(
            name,
            description,
            JsonDocument.Parse(schema).RootElement
        );
}
