package io.dcd.data.prepare;

import io.dcd.data.source.ImageSource;

/** Told how a preparation goes; called one call at a time, from a thread of Spark that must not be kept waiting. */
public interface PrepareListener {
    /** Hears nothing. */
    PrepareListener NONE = progress -> {};

    /** The passes over the images. */
    enum Phase {
        /** Reads and checks every image of the source. */
        CHECK,
        /** Reads every image again, in shuffled order, and writes the shards. */
        WRITE,
        /** Waits, if it must, for the hashes of the source files; told once, the bytes are those of the files. */
        HASH,
        /** Reads every shard again; the bytes are those of the shards. */
        VERIFY
    }

    /**
     * How far a phase is.
     *
     * @param images images done
     * @param totalImages images there are; 0 while unknown, as in {@link Phase#CHECK}
     * @param bytes source bytes done
     * @param totalBytes source bytes there are
     * @param quarantined images refused so far
     */
    record Progress(Phase phase, long images, long totalImages, long bytes, long totalBytes, long quarantined) {}

    /** Also told at the beginning of a phase, with nothing done. */
    void progress(Progress progress);

    /** Told once, before the first phase, what the source is. */
    default void found(ImageSource source) {}
}
