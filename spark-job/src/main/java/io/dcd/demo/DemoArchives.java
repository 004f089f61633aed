package io.dcd.demo;

import io.dcd.data.ClassIndex;
import io.dcd.data.CounterRandom;
import io.dcd.data.Split;
import io.dcd.data.source.OfficialArchiveWriter;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * A small data set of drawn photographs in the layout of the official ImageNet archives, for trying everything without a download. Ten
 * classes; light, size, angle, ground and sharpness are drawn at random, colour nearly so.
 *
 * @param trainingPerClass training images of each class
 * @param validationPerClass validation images of each class
 * @param seed the same seed draws the same images
 */
public record DemoArchives(int trainingPerClass, int validationPerClass, long seed) {
    public static final int CLASSES = DemoClass.values().length;

    public DemoArchives {
        if (trainingPerClass < 1 || validationPerClass < 1) {
            throw new IllegalArgumentException(
                    "images per class must be at least 1: " + trainingPerClass + " and " + validationPerClass);
        }
    }

    /** Images of both splits. */
    public int images() {
        return CLASSES * (trainingPerClass + validationPerClass);
    }

    /**
     * Draws the images on all cores and writes the archives.
     *
     * @param directory where the archives shall be; created if absent
     * @param progress told how many images are drawn so far, now and then
     */
    public void write(Configuration configuration, Path directory, IntConsumer progress) throws IOException {
        int drawn = 0;
        try (OfficialArchiveWriter writer = new OfficialArchiveWriter(configuration, directory, classes())) {
            for (DemoClass subject : DemoClass.values()) {
                for (byte[] jpeg : draw(subject, Split.TRAIN, trainingPerClass)) {
                    writer.addTraining(subject.wnid(), jpeg);
                }
                for (byte[] jpeg : draw(subject, Split.VALIDATION, validationPerClass)) {
                    writer.addValidation(subject.wnid(), jpeg);
                }
                drawn += trainingPerClass + validationPerClass;
                progress.accept(drawn);
            }
        }
    }

    private List<byte[]> draw(DemoClass subject, Split split, int count) {
        return IntStream.range(0, count)
                .parallel()
                .mapToObj(number -> image(subject, split, number))
                .toList();
    }

    /** Image {@code number} (from 0) of a class and split: the bytes of a JPEG file. */
    byte[] image(DemoClass subject, Split split, int number) {
        return Photograph.jpeg(subject, CounterRandom.of(seed, subject.ordinal(), split.ordinal(), number));
    }

    private static ClassIndex classes() {
        return ClassIndex.ofWords(
                Arrays.stream(DemoClass.values()).collect(Collectors.toMap(DemoClass::wnid, DemoClass::words)));
    }
}
