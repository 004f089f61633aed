package io.dcd.data.file;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Why something failed, in one line for people. */
public final class Reason {
    private Reason() {}

    /** The first line of the failure's message; its type's name where it has none. */
    public static String of(Throwable failure) {
        String message = failure.getMessage();
        if (message == null || message.isBlank()) {
            return failure.getClass().getSimpleName();
        }
        String line = message.strip().lines().findFirst().orElseThrow().strip();
        return failure instanceof FileSystemException file && file.getReason() == null
                ? line + ": " + kind(file)
                : line;
    }

    /** What these exceptions mean, whose message is a path alone. */
    private static String kind(FileSystemException failure) {
        if (failure instanceof NoSuchFileException) {
            return "no such file or directory";
        } else if (failure instanceof AccessDeniedException) {
            return "permission denied";
        } else if (failure instanceof FileAlreadyExistsException) {
            return "it exists already";
        }
        return failure.getClass().getSimpleName();
    }
}
