package io.dcd.data.prepare;

import io.dcd.data.ClassIndex;
import io.dcd.data.ImageClass;
import io.dcd.data.PreparedData;
import io.dcd.data.RowGroup;
import io.dcd.data.Sample;
import io.dcd.data.Split;
import io.dcd.data.image.ContactSheet;
import io.dcd.data.shard.ImageSizes;
import io.dcd.data.shard.RowGroupReader;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;

/** Looks at prepared data: how large its images are, and what they look like. */
public final class InspectJob {
    /** Upper bounds of the histogram's shorter sides, in pixels; the last is open. */
    private static final List<Integer> BOUNDS = List.of(64, 128, 256, 384, 512, 1024, Integer.MAX_VALUE);

    /** Row groups that a contact sheet may read in search of images: of ImageNet, one gigabyte and nine images a class. */
    private static final int SHEET_ROW_GROUPS = 64;

    private final JavaSparkContext spark;
    private final PreparedData prepared;

    public InspectJob(JavaSparkContext spark, PreparedData prepared) {
        this.spark = spark;
        this.prepared = prepared;
    }

    /**
     * One bar of the histogram of shorter sides.
     *
     * @param below the first size, in pixels, that is not in this bar
     */
    public record Bar(int below, long images) implements Serializable {}

    private record SizeTask(String directory, ArrayList<RowGroup> rowGroups) implements Serializable {}

    /** How many images of a split have a shorter side of which size; reads no image. */
    public List<Bar> shorterSides(Split split) {
        Map<String, ArrayList<RowGroup>> byShard = new HashMap<>();
        prepared.split(split).rowGroups().forEach(each -> byShard.computeIfAbsent(
                        each.shard(), shard -> new ArrayList<>())
                .add(each));
        List<SizeTask> work = byShard.values().stream()
                .map(rowGroups -> new SizeTask(prepared.directory().toString(), rowGroups))
                .toList();
        long[] counts = new long[BOUNDS.size()];
        new SparkTasks(spark)
                .run(
                        "dcd inspect: sizes of the " + split.directory() + " images of " + prepared.directory(),
                        work,
                        (task, configuration) -> {
                            ArrayList<Long> found = new ArrayList<>(
                                    BOUNDS.stream().map(bound -> 0L).toList());
                            for (RowGroup rowGroup : task.rowGroups()) {
                                ImageSizes sizes = ImageSizes.read(configuration, new Path(task.directory()), rowGroup);
                                for (int i = 0; i < sizes.widths().length; i++) {
                                    int bar = bar(Math.min(sizes.widths()[i], sizes.heights()[i]));
                                    found.set(bar, found.get(bar) + 1);
                                }
                            }
                            return found;
                        },
                        (task, found) -> IntStream.range(0, counts.length).forEach(i -> counts[i] += found.get(i)));
        return IntStream.range(0, counts.length)
                .mapToObj(i -> new Bar(BOUNDS.get(i), counts[i]))
                .toList();
    }

    private static int bar(int shorterSide) {
        int bar = 0;
        while (shorterSide >= BOUNDS.get(bar)) {
            bar++;
        }
        return bar;
    }

    /**
     * Draws some images of some classes, the first ones in stored order, read on the driver.
     *
     * @param classes how many classes, spread evenly over the labels; all if there are fewer
     * @param columns images of each class at most
     * @return a PNG file
     */
    public byte[] contactSheet(Split split, int classes, int columns) {
        ClassIndex index = prepared.classIndex();
        int rows = Math.min(classes, index.size());
        int[] found = new int[rows];
        Map<Integer, Integer> rowOfLabel = new HashMap<>();
        try (ContactSheet sheet = new ContactSheet(rows, columns)) {
            for (int row = 0; row < rows; row++) {
                ImageClass shown = index.ofLabel((int) ((long) row * index.size() / rows));
                rowOfLabel.put(shown.label(), row);
                sheet.title(row, shown.wnid() + " " + shown.words());
            }
            List<RowGroup> rowGroups = prepared.split(split).rowGroups();
            int missing = rows * columns;
            for (int i = 0; i < Math.min(rowGroups.size(), SHEET_ROW_GROUPS) && missing > 0; i++) {
                try (RowGroupReader reader =
                        RowGroupReader.open(spark.hadoopConfiguration(), prepared.directory(), rowGroups.get(i))) {
                    while (reader.hasNext() && missing > 0) {
                        Sample sample = reader.next();
                        Integer row = rowOfLabel.get(sample.label());
                        if (row != null && found[row] < columns) {
                            sheet.image(row, found[row]++, sample.image());
                            missing--;
                        }
                    }
                }
            }
            return sheet.toPng();
        }
    }
}
