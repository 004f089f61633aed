package io.dcd.data.prepare;

import io.dcd.data.CounterRandom;
import io.dcd.data.DataException;
import io.dcd.data.Split;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Which image goes where: a global shuffle, cut into shards that are equal within one row, each cut into row groups that are equal
 * within one row. A pure function of the images, the seed and the limits.
 *
 * @param shards in order
 */
record ShardPlan(List<ShardTask> shards) {

    /** Position in the shuffle: a random number that belongs to the seed, the split, the label and the image's name. */
    private record Keyed(long key, CheckedImage image) {
        static final Comparator<Keyed> ORDER = Comparator.comparingLong(Keyed::key)
                .thenComparing(keyed -> keyed.image.label())
                .thenComparing(keyed -> keyed.image.name());
    }

    static ShardPlan of(Split split, List<CheckedImage> images, long seed, ShardLimits limits, Recoding recoding) {
        CheckedImage[] shuffled = images.stream()
                .map(image -> new Keyed(shuffleKey(seed, split, image), image))
                .sorted(Keyed.ORDER)
                .map(Keyed::image)
                .toArray(CheckedImage[]::new);
        requireDistinct(split, shuffled);
        long[] sizes =
                Arrays.stream(shuffled).mapToLong(recoding::estimatedBytes).toArray();
        long bytes = Arrays.stream(sizes).sum();
        int shards = parts(shuffled.length, bytes, limits.shardRows(), limits.shardBytes());
        int rowGroups = parts(
                quotientUp(shuffled.length, shards),
                quotientUp(bytes, shards),
                limits.rowGroupRows(),
                limits.rowGroupBytes());
        long bound =
                Math.max(2 * limits.rowGroupBytes(), Arrays.stream(sizes).max().orElse(0));
        while (largestRowGroup(sizes, shards, rowGroups) > bound) {
            rowGroups++;
        }
        List<ShardTask> tasks = new ArrayList<>();
        for (int shard = 0; shard < shards; shard++) {
            int from = boundary(shuffled.length, shards, shard);
            int to = boundary(shuffled.length, shards, shard + 1);
            tasks.add(new ShardTask(
                    String.format(Locale.ROOT, "%s/part-%05d.parquet", split.directory(), shard),
                    rowGroupSizes(to - from, rowGroups),
                    new ArrayList<>(Arrays.asList(shuffled).subList(from, to))));
        }
        return new ShardPlan(List.copyOf(tasks));
    }

    /** Equal images stand side by side. */
    private static void requireDistinct(Split split, CheckedImage[] shuffled) {
        for (int i = 1; i < shuffled.length; i++) {
            CheckedImage image = shuffled[i];
            if (image.name().equals(shuffled[i - 1].name()) && image.label() == shuffled[i - 1].label()) {
                throw new DataException("the " + split.directory() + " images hold " + image.name() + " twice");
            }
        }
    }

    private static long shuffleKey(long seed, Split split, CheckedImage image) {
        byte[] utf8 = image.name().getBytes(StandardCharsets.UTF_8);
        ByteBuffer padded = ByteBuffer.allocate((int) quotientUp(utf8.length, Long.BYTES) * Long.BYTES)
                .put(0, utf8);
        long[] counters = new long[3 + padded.capacity() / Long.BYTES];
        counters[0] = split.ordinal();
        counters[1] = image.label();
        counters[2] = utf8.length;
        padded.asLongBuffer().get(0, counters, 3, counters.length - 3);
        return CounterRandom.of(seed, counters).nextLong();
    }

    private static int parts(long rows, long bytes, int maximumRows, long maximumBytes) {
        long parts = Math.max(quotientUp(rows, maximumRows), quotientUp(bytes, maximumBytes));
        return (int) Math.max(1, Math.min(parts, rows));
    }

    private static List<Integer> rowGroupSizes(int rows, int rowGroups) {
        int used = Math.min(rows, rowGroups);
        return IntStream.range(0, used)
                .mapToObj(i -> boundary(rows, used, i + 1) - boundary(rows, used, i))
                .toList();
    }

    private static long largestRowGroup(long[] sizes, int shards, int rowGroups) {
        long largest = 0;
        int row = 0;
        for (int shard = 0; shard < shards; shard++) {
            int rows = boundary(sizes.length, shards, shard + 1) - boundary(sizes.length, shards, shard);
            for (int size : rowGroupSizes(rows, rowGroups)) {
                long bytes = 0;
                for (int i = 0; i < size; i++) {
                    bytes += sizes[row++];
                }
                largest = Math.max(largest, bytes);
            }
        }
        return largest;
    }

    /** Where part {@code index} begins when {@code rows} are cut into equal parts. */
    private static int boundary(int rows, int parts, int index) {
        return (int) ((long) rows * index / parts);
    }

    private static long quotientUp(long value, long unit) {
        return (value + unit - 1) / unit;
    }
}
