package io.dcd.train.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class VectorSlicesTest {
    @Test
    void slicesCoverTheVectorOnce() {
        VectorSlices slices = new VectorSlices(1000, 7, new int[] {0, 142, 143, 999});
        assertThat(slices.begin(0)).isZero();
        assertThat(slices.begin(7)).isEqualTo(1000);
        assertThat(IntStream.range(0, 7).map(slices::elements))
                .allMatch(elements -> elements == 142 || elements == 143);
        assertThat(slices.tracked(0)).containsExactly(0);
        assertThat(slices.tracked(1)).containsExactly(0, 1);
        assertThat(slices.tracked(6)).containsExactly(999 - slices.begin(6));
    }

    @Test
    void aVeryLongVectorDoesNotOverflow() {
        assertThat(new VectorSlices(Integer.MAX_VALUE, 512, new int[0]).begin(511))
                .isPositive();
    }

    @Test
    void slicesMayBeEmpty() {
        assertThat(IntStream.range(0, 5)
                        .map(new VectorSlices(3, 5, new int[0])::elements)
                        .sum())
                .isEqualTo(3);
    }
}
