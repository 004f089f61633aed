package io.dcd.data.testing;

import io.dcd.data.ClassIndex;
import io.dcd.data.source.OfficialArchiveWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;

/** Writes small data sets in the layout of the official archives. */
public final class DrawnArchives {
    private DrawnArchives() {}

    /** {@code count} classes n00000001, n00000002, … */
    public static ClassIndex classes(int count) {
        Map<String, String> words = new TreeMap<>();
        for (int i = 1; i <= count; i++) {
            words.put(String.format("n%08d", i), "class number " + i);
        }
        return ClassIndex.ofWords(words);
    }

    /** Every class with this many training and validation images; each image is different. */
    public static void write(Path directory, int classes, int trainingPerClass, int validationPerClass)
            throws IOException {
        ClassIndex index = classes(classes);
        org.apache.hadoop.fs.Path target = new org.apache.hadoop.fs.Path(directory.toUri());
        try (OfficialArchiveWriter writer = new OfficialArchiveWriter(new Configuration(), target, index)) {
            int number = 0;
            for (var each : index.classes()) {
                for (int i = 0; i < trainingPerClass; i++) {
                    writer.addTraining(each.wnid(), DrawnImages.jpeg(40 + number % 30, 30 + number % 20, number++));
                }
            }
            for (int i = 0; i < validationPerClass; i++) {
                for (var each : index.classes()) {
                    writer.addValidation(each.wnid(), validationImage(each.label(), i));
                }
            }
        }
    }

    /** The validation image number {@code i} of a class: its width is 50 + label, so that a label can be told from the picture. */
    public static byte[] validationImage(int label, int i) {
        return DrawnImages.jpeg(50 + label, 40, 1000 + i * 7 + label);
    }
}
