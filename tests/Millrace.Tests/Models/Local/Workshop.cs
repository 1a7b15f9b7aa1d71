using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Millrace.Tests.Models.Local;

/// <summary>Fourteen tools in the many styles of people who write tools, and what is said to them: a development set.</summary>
internal static class Workshop
{
    public static AIFunctionDeclaration[] All { get; } =
    [
        Tool(
            "setThermostat",
            "Changes the target temperature of the heating in a room.",
            """{"type":"object","properties":{"temperature":{"type":"number","description":"degrees Celsius"},"room":{"type":"string"}},"required":["temperature"]}"""
        ),
        Tool(
            "append_to_shopping_list",
            "Adds an item to the list of groceries",
            """{"type":"object","properties":{"item":{"type":"string"},"quantity":{"type":"integer"}},"required":["item"]}"""
        ),
        Tool(
            "startTimer",
            "Starts a countdown.",
            """{"type":"object","properties":{"minutes":{"type":"number"},"label":{"type":"string"}},"required":["minutes"]}"""
        ),
        Tool(
            "translate_text",
            "Translate a phrase into another language",
            """{"type":"object","properties":{"text":{"type":"string"},"target_language":{"type":"string"}},"required":["text","target_language"]}"""
        ),
        Tool(
            "dictionary",
            "Look up the definition of an English word.",
            """{"type":"object","properties":{"word":{"type":"string"}},"required":["word"]}"""
        ),
        Tool(
            "find_recipe",
            "Recipes by dish or ingredient",
            """{"type":"object","properties":{"ingredients":{"type":"string","description":"A dish, or what is in it"}},"required":["ingredients"]}"""
        ),
        Tool(
            "bookRide",
            "Order a taxi that picks the user up",
            """{"type":"object","properties":{"pickup":{"type":"string","description":"Where the ride begins"},"time":{"type":"string"}},"required":["pickup"]}"""
        ),
        Tool(
            "run_sql",
            "Execute a read-only SQL query against the sales database",
            """{"type":"object","properties":{"query":{"type":"string"}},"required":["query"]}"""
        ),
        Tool(
            "create_invoice",
            "Bill a client for an amount of money",
            """{"type":"object","properties":{"client":{"type":"string"},"amount":{"type":"number"}},"required":["client","amount"]}"""
        ),
        Tool(
            "employee_directory",
            "Phone number, office and manager of a colleague",
            """{"type":"object","properties":{"name":{"type":"string","description":"Name of the colleague"}},"required":["name"]}"""
        ),
        Tool(
            "send_sms",
            "Text somebody on a mobile phone",
            """{"type":"object","properties":{"phone":{"type":"string"},"message":{"type":"string"}},"required":["phone","message"]}"""
        ),
        Tool(
            "drawChart",
            "Draw a chart of the numbers on screen",
            """{"type":"object","properties":{"kind":{"type":"string","enum":["bar","line","pie"]}},"required":["kind"]}"""
        ),
        Tool(
            "log_workout",
            "Record an exercise session in the training diary",
            """{"type":"object","properties":{"activity":{"type":"string"},"minutes":{"type":"integer"}},"required":["activity","minutes"]}"""
        ),
        Tool(
            "cancel_subscription",
            "End a paid plan of the user",
            """{"type":"object","properties":{"plan":{"type":"string","enum":["basic","pro","team"]},"reason":{"type":"string"}},"required":["plan"]}"""
        ),
    ];

    public static (string Utterance, string Tool)[] Said { get; } =
    [
        ("Make it 21 degrees in the nursery", "setThermostat"),
        ("set the heating to 19", "setThermostat"),
        ("It's freezing in the study, warm it to 23 degrees please", "setThermostat"),
        ("could you turn the radiator in the hall down to 17?", "setThermostat"),
        ("we're out of oat milk, add it to the list", "append_to_shopping_list"),
        ("put six eggs on the shopping list", "append_to_shopping_list"),
        ("Add washing powder to my groceries", "append_to_shopping_list"),
        ("I need to buy bread and butter, note it for the supermarket", "append_to_shopping_list"),
        ("timer 12 minutes", "startTimer"),
        ("count down from 5 minutes for the pasta", "startTimer"),
        ("Wake me from my nap in 20 minutes", "startTimer"),
        ("start a 45 minute timer called laundry", "startTimer"),
        ("how do I say \"where is the station\" in Portuguese?", "translate_text"),
        ("translate \"good luck\" to Finnish", "translate_text"),
        ("Put 'see you tomorrow' into Italian for me", "translate_text"),
        ("what does the word serendipity mean?", "dictionary"),
        ("Define obfuscate", "dictionary"),
        ("give me the meaning of \"laconic\"", "dictionary"),
        ("what can I cook with lentils and spinach?", "find_recipe"),
        ("find me a recipe for mushroom risotto", "find_recipe"),
        ("how is a Victoria sponge made?", "find_recipe"),
        ("I fancy something with chickpeas for dinner, any ideas?", "find_recipe"),
        ("get me a cab from Paddington", "bookRide"),
        ("I need a taxi at the Grand Hotel at 7am", "bookRide"),
        ("Have a driver collect me from Terminal 2 at 18:30", "bookRide"),
        ("run select count(*) from orders", "run_sql"),
        ("query the database for last month's revenue by region", "run_sql"),
        ("How many sales did we make in 2025 according to the database?", "run_sql"),
        ("invoice Globex for 1,200 euros", "create_invoice"),
        ("Bill Initech 450 for the logo", "create_invoice"),
        ("please write up a bill of 99.50 for Mrs Tanaka", "create_invoice"),
        ("charge Umbrella Ltd 3000 for March", "create_invoice"),
        ("what's Marko Horvat's phone number?", "employee_directory"),
        ("Who is the manager of Lucy Chen?", "employee_directory"),
        ("which office is Priya Nair in", "employee_directory"),
        ("text +385 91 234 5678 that I'm downstairs", "send_sms"),
        ("Send an sms to 07700 900123: running ten minutes late", "send_sms"),
        ("message +1 202 555 0143 saying happy birthday", "send_sms"),
        ("show that as a pie chart", "drawChart"),
        ("plot it as a line", "drawChart"),
        ("Can I see those figures in a bar graph?", "drawChart"),
        ("I ran for 30 minutes this morning, log it", "log_workout"),
        ("Record 45 minutes of swimming", "log_workout"),
        ("put an hour of yoga, 60 minutes, in my training diary", "log_workout"),
        ("add today's gym session: 50 minutes of rowing", "log_workout"),
        ("cancel my pro plan", "cancel_subscription"),
        ("I don't want to pay for the team subscription any more", "cancel_subscription"),
        ("Please end my basic membership, it's too expensive", "cancel_subscription"),
    ];

    /// <summary>What none of the tools is for.</summary>
    public static string[] Unrelated { get; } =
    [
        "What is the capital of Norway?",
        "My cousin plays the cello.",
        "Who discovered penicillin?",
        "Write a limerick about a goat.",
        "Good morning!",
        "Explain how a jet engine works.",
        "I had a lovely weekend by the lake.",
        "Which is the longest river in Asia?",
        "Is it true that cats see in the dark?",
        "Compare Rust with Go.",
        "Tell me about the French Revolution.",
        "Should I learn the guitar or the piano?",
    ];

    private static AIFunctionDeclaration Tool(string name, string description, string schema) =>
        AIFunctionFactory.CreateDeclaration(
            name,
            description,
            JsonDocument.Parse(schema).RootElement
        );
}
