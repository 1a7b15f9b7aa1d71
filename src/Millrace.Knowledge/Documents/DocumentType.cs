namespace Millrace.Knowledge.Documents;

/// <summary>What a file is, told from its content.</summary>
public enum DocumentType
{
    Text,
    Markdown,
    Html,
    Csv,
    Tsv,
    Json,
    Xml,
    Pdf,
    Docx,
    Xlsx,
    Pptx,
    Epub,
    Rtf,
    Mail,
    Zip,
    Png,
    Jpeg,
    WebP,
    Gif,
    Tiff,
    Bmp,
}

public static class DocumentTypes
{
    public static string MediaType(this DocumentType type) =>
        type switch
        {
            DocumentType.Text => "text/plain",
            DocumentType.Markdown => "text/markdown",
            DocumentType.Html => "text/html",
            DocumentType.Csv => "text/csv",
            DocumentType.Tsv => "text/tab-separated-values",
            DocumentType.Json => "application/json",
            DocumentType.Xml => "application/xml",
            DocumentType.Pdf => "application/pdf",
            DocumentType.Docx =>
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            DocumentType.Xlsx =>
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            DocumentType.Pptx =>
                "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            DocumentType.Epub => "application/epub+zip",
            DocumentType.Rtf => "application/rtf",
            DocumentType.Mail => "message/rfc822",
            DocumentType.Zip => "application/zip",
            DocumentType.Png => "image/png",
            DocumentType.Jpeg => "image/jpeg",
            DocumentType.WebP => "image/webp",
            DocumentType.Gif => "image/gif",
            DocumentType.Tiff => "image/tiff",
            DocumentType.Bmp => "image/bmp",
            _ => "application/octet-stream",
        };
}
