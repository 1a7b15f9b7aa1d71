using Microsoft.Data.Sqlite;
using Npgsql;
using SQLitePCL;

namespace Millrace.Core.Storage;

/// <summary>Tells a database that cannot serve at the moment from one that was asked something wrong.</summary>
public static class StorageFault
{
    /// <summary>Whether the database cannot be reached or cannot write now, so that the same may go well later.</summary>
    public static bool IsUnavailable(Exception? failure)
    {
        for (; failure is not null; failure = failure.InnerException)
        {
            if (
                failure
                is NpgsqlException { IsTransient: true }
                        and not PostgresException { SqlState: Deadlock or Serialization }
                    // An operator, or its own end, has cut the connection.
                    or PostgresException { SqlState: ['5', '7', 'P', ..] }
                    or SqliteException
                    {
                        SqliteErrorCode: raw.SQLITE_BUSY
                            or raw.SQLITE_IOERR
                            or raw.SQLITE_FULL
                            or raw.SQLITE_CANTOPEN
                    }
            )
                return true;
        }
        return false;
    }

    /// <summary>Whether the database has ended a write in favour of another.</summary>
    public static bool IsLostToAnother(Exception? failure)
    {
        for (; failure is not null; failure = failure.InnerException)
        {
            if (failure is PostgresException { SqlState: Deadlock or Serialization })
                return true;
        }
        return false;
    }

    private const string Deadlock = PostgresErrorCodes.DeadlockDetected;
    private const string Serialization = PostgresErrorCodes.SerializationFailure;
}
