package io.dcd.data.source;

import io.dcd.data.ClassIndex;
import java.io.Serializable;
import java.util.List;

/**
 * A source of images, looked through far enough to know what there is to do.
 *
 * @param layout the layout that was found
 * @param files the archives and tables that are read, with their sizes
 * @param classes every class of the source
 * @param units what the tasks read, in an order that is always the same
 * @param validationLabels labels of the validation images
 */
public record ImageSource(
        SourceLayout layout,
        List<SourceFile> files,
        ClassIndex classes,
        List<ImageUnit> units,
        ValidationLabels validationLabels) {

    /**
     * A file that is read.
     *
     * @param name without its folder
     * @param path where it is
     * @param bytes its length
     */
    public record SourceFile(String name, String path, long bytes) implements Serializable {}

    /** Bytes of all units. */
    public long bytes() {
        return units.stream().mapToLong(ImageUnit::bytes).sum();
    }
}
