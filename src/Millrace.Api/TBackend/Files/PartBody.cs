using Millrace.Api.TBackend.Bodies;
using Millrace.Core.Streams;

namespace Millrace.Api.TBackend.Files;

/// <summary>A part of a form as it comes; one that is cut short or broken is the sender's fault, not the disk's.</summary>
internal sealed class PartBody(Stream inner, CancellationToken aborted) : OneWayStream
{
    public override async ValueTask<int> ReadAsync(
        Memory<byte> buffer,
        CancellationToken cancellationToken = default
    )
    {
        try
        {
            return await inner.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception failure) when (IsOfTheForm(failure, aborted))
        {
            throw Malformed();
        }
    }

    public static bool IsOfTheForm(Exception failure, CancellationToken aborted) =>
        failure is InvalidDataException or IOException
        && failure is not Microsoft.AspNetCore.Http.BadHttpRequestException
        && !aborted.IsCancellationRequested;

    public static Unprocessable Malformed(string cause = "The form is cut short or broken") =>
        Errors.Single("multipart_invalid", ["body"], cause);

    public override Task<int> ReadAsync(
        byte[] buffer,
        int offset,
        int count,
        CancellationToken cancellationToken
    ) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("Read asynchronously: the other side may be slow.");
}
