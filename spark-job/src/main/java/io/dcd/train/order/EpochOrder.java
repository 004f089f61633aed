package io.dcd.train.order;

import io.dcd.data.CounterRandom;
import io.dcd.data.RowGroup;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The order of a split's samples in one epoch, a pure function of (seed, epoch): row groups are permuted, and rows inside each row group.
 * A reader that goes through a run of positions opens each row group once.
 */
public final class EpochOrder {
    /** Keeps the two permutations from sharing random numbers with each other or with augmentation. */
    private static final long ROW_GROUPS = 0x6f72646572L;

    private static final long ROWS = 0x726f7773L;

    private final long seed;
    private final long epoch;
    private final List<RowGroup> rowGroups;
    private final long[] begins;

    /** The order of {@code epoch}, counted from 0, over all row groups of a split. */
    public EpochOrder(List<RowGroup> rowGroups, long seed, long epoch) {
        this.seed = seed;
        this.epoch = epoch;
        this.rowGroups = permute(rowGroups, CounterRandom.of(seed, ROW_GROUPS, epoch));
        this.begins = new long[rowGroups.size() + 1];
        for (int i = 0; i < rowGroups.size(); i++) {
            begins[i + 1] = begins[i] + this.rowGroups.get(i).rows();
        }
    }

    /**
     * A run of positions inside one row group.
     *
     * @param rows indices of rows inside the row group, in the order in which they are to be used
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    public record Segment(RowGroup rowGroup, int[] rows) {}

    /** The number of samples. */
    public long samples() {
        return begins[rowGroups.size()];
    }

    /** The samples at the positions {@code begin ≤ p < end} of the order. */
    public List<Segment> segments(long begin, long end) {
        if (begin < 0 || begin > end || end > samples()) {
            throw new IllegalArgumentException(
                    "positions %d … %d are not within 0 … %d".formatted(begin, end, samples()));
        }
        List<Segment> segments = new ArrayList<>();
        for (int i = indexOf(begin); i < rowGroups.size() && begins[i] < end; i++) {
            int from = (int) Math.max(0, begin - begins[i]);
            int to = (int) Math.min(rowGroups.get(i).rows(), end - begins[i]);
            if (from < to) {
                segments.add(new Segment(rowGroups.get(i), Arrays.copyOfRange(rowsOf(rowGroups.get(i)), from, to)));
            }
        }
        return segments;
    }

    private int indexOf(long position) {
        int found = Arrays.binarySearch(begins, position);
        return found >= 0 ? found : -found - 2;
    }

    private int[] rowsOf(RowGroup rowGroup) {
        int[] rows = new int[rowGroup.rows()];
        CounterRandom random = CounterRandom.of(seed, ROWS, epoch, rowGroup.firstRow());
        for (int i = 0; i < rows.length; i++) {
            // Fisher and Yates, inside out.
            int j = random.nextInt(i + 1);
            rows[i] = rows[j];
            rows[j] = i;
        }
        return rows;
    }

    private static List<RowGroup> permute(List<RowGroup> rowGroups, CounterRandom random) {
        List<RowGroup> permuted = new ArrayList<>(rowGroups.size());
        for (RowGroup rowGroup : rowGroups) {
            int j = random.nextInt(permuted.size() + 1);
            permuted.add(rowGroup);
            permuted.set(permuted.size() - 1, permuted.get(j));
            permuted.set(j, rowGroup);
        }
        return permuted;
    }
}
