package io.dcd.data.source;

import io.dcd.data.ClassIndex;
import java.io.Serializable;
import java.util.List;

/**
 * A source of images, looked through far enough to know what there is to do.
 *
 * @param layout name of the layout that was found
 * @param files every file that is read, with its size
 * @param classes every class of the source
 * @param units what the tasks read
 * @param validationLabels labels of the validation images in the sorted order of their names, where the units do not know them
 */
public record ImageSource(
        String layout,
        List<SourceFile> files,
        ClassIndex classes,
        List<ImageUnit> units,
        List<Integer> validationLabels) {

    /**
     * A file that is read.
     *
     * @param name without its folder
     * @param path where it is
     * @param bytes its length
     */
    public record SourceFile(String name, String path, long bytes) implements Serializable {}
}
