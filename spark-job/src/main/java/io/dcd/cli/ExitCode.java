package io.dcd.cli;

import io.dcd.data.DataException;
import io.dcd.doctor.UnfitClusterException;
import io.dcd.model.pytorch.TorchFileException;
import io.dcd.settings.SettingsException;
import io.dcd.train.DivergedException;
import io.dcd.train.checkpoint.CheckpointException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.SparkThrowable;

/** What a command's exit status means. */
enum ExitCode {
    DONE(0, "done"),
    INTERNAL(1, "a defect of this program"),
    USAGE(2, "the command, its options or settings are wrong"),
    DATA(3, "data or a file is missing, damaged, not what it should be, or cannot be read or written"),
    DIVERGED(4, "training produced numbers that are not finite"),
    CLUSTER(5, "Spark or the cluster failed"),
    CHECKPOINT(6, "a checkpoint or run directory cannot be used"),
    STOPPED(7, "stopped by a signal after saving; the same command goes on");

    private final int code;
    private final String meaning;

    ExitCode(int code, String meaning) {
        this.code = code;
        this.meaning = meaning;
    }

    int code() {
        return code;
    }

    /** Codes and meanings, for the help of every command. */
    static Map<String, String> meanings() {
        Map<String, String> meanings = new LinkedHashMap<>();
        for (ExitCode each : values()) {
            meanings.put(Integer.toString(each.code), each.meaning);
        }
        return meanings;
    }

    /** The category of a failure of this type alone, whatever its cause is; {@code INTERNAL} if it is in none. */
    static ExitCode of(Throwable failure) {
        if (failure instanceof UsageException || failure instanceof SettingsException) {
            return USAGE;
        } else if (failure instanceof DataException
                || failure instanceof TorchFileException
                || failure instanceof IOException) {
            return DATA;
        } else if (failure instanceof DivergedException) {
            return DIVERGED;
        } else if (failure instanceof CheckpointException) {
            return CHECKPOINT;
        } else if (failure instanceof SparkThrowable
                || failure instanceof UnfitClusterException
                || failure instanceof OutOfMemoryError) {
            return CLUSTER;
        }
        return INTERNAL;
    }
}
