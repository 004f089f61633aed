package io.dcd.train.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dcd.data.RowGroup;
import io.dcd.data.Split;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class EpochOrderTest {
    private static final List<RowGroup> ROW_GROUPS = rowGroups(7, 1, 30, 12, 12, 50, 3);

    @Test
    void everySampleComesOnce() {
        EpochOrder order = new EpochOrder(ROW_GROUPS, 3, 0);
        assertThat(order.samples()).isEqualTo(115);
        assertThat(rows(order, 0, 115))
                .containsExactlyInAnyOrderElementsOf(
                        LongStream.range(0, 115).boxed().toList());
    }

    @Test
    void aRunOfPositionsIsThatPartOfTheWholeOrder() {
        EpochOrder order = new EpochOrder(ROW_GROUPS, 3, 5);
        List<Long> all = rows(order, 0, 115);
        for (int begin = 0; begin <= 115; begin += 5) {
            for (int end = begin; end <= 115; end += 11) {
                assertThat(rows(order, begin, end)).isEqualTo(all.subList(begin, end));
            }
        }
    }

    @Test
    void eachRowGroupIsOpenedOnce() {
        List<EpochOrder.Segment> segments = new EpochOrder(ROW_GROUPS, 3, 5).segments(0, 115);
        assertThat(segments).extracting(EpochOrder.Segment::rowGroup).doesNotHaveDuplicates();
    }

    @Test
    void orderIsAFunctionOfSeedAndEpoch() {
        List<Long> order = rows(new EpochOrder(ROW_GROUPS, 3, 5), 0, 115);
        assertThat(rows(new EpochOrder(ROW_GROUPS, 3, 5), 0, 115)).isEqualTo(order);
        assertThat(rows(new EpochOrder(ROW_GROUPS, 4, 5), 0, 115)).isNotEqualTo(order);
        assertThat(rows(new EpochOrder(ROW_GROUPS, 3, 6), 0, 115)).isNotEqualTo(order);
    }

    @Test
    void everyRowIsFirstAboutEquallyOften() {
        int epochs = 4000;
        int[] first = new int[8];
        for (int epoch = 0; epoch < epochs; epoch++) {
            first[rows(new EpochOrder(rowGroups(4, 4), 11, epoch), 0, 1).get(0).intValue()]++;
        }
        double expected = epochs / 8.0;
        double chiSquare = 0;
        for (int count : first) {
            chiSquare += (count - expected) * (count - expected) / expected;
        }
        // The 99.9 % quantile for 7 degrees of freedom; the seed is fixed, so this passes always or never.
        assertThat(chiSquare).isLessThan(24.3);
    }

    @Test
    void positionsOutsideAreRefused() {
        EpochOrder order = new EpochOrder(ROW_GROUPS, 3, 0);
        assertThatThrownBy(() -> order.segments(0, 116)).hasMessageContaining("not within 0 … 115");
    }

    private static List<Long> rows(EpochOrder order, long begin, long end) {
        List<Long> rows = new ArrayList<>();
        for (EpochOrder.Segment segment : order.segments(begin, end)) {
            for (int row : segment.rows()) {
                rows.add(segment.rowGroup().firstRow() + row);
            }
        }
        return rows;
    }

    private static List<RowGroup> rowGroups(int... sizes) {
        List<RowGroup> rowGroups = new ArrayList<>();
        long firstRow = 0;
        for (int i = 0; i < sizes.length; i++) {
            rowGroups.add(new RowGroup(Split.TRAIN, "train/part-00000.parquet", i, firstRow, sizes[i]));
            firstRow += sizes[i];
        }
        return rowGroups;
    }
}
