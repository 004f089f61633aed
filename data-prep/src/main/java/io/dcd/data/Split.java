package io.dcd.data;

/** The two labelled parts of ImageNet. */
public enum Split {
    TRAIN("train"),
    VALIDATION("validation");

    private final String directory;

    Split(String directory) {
        this.directory = directory;
    }

    /** The folder of this split's shards in a prepared directory, and its name in the manifest. */
    public String directory() {
        return directory;
    }
}
