package io.dcd.worker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SoftLabelsTest {
    @Test
    void spreadsTheSmoothingOverTheWrongClasses() {
        SoftLabels labels = new SoftLabels(2, 5, 0.25);
        float wrong = 0.0625f;
        assertThat(labels.of(new int[] {1, 4}, 1))
                .containsExactly(wrong, 0.75f, wrong, wrong, wrong, wrong, wrong, wrong, wrong, 0.75f);
        assertThat(labels.of(new int[] {0, 4}, 1))
                .as("what the batch before set is taken back")
                .containsExactly(0.75f, wrong, wrong, wrong, wrong, wrong, wrong, wrong, wrong, 0.75f);
    }

    @Test
    void withoutSmoothingLabelsAreOneHot() {
        assertThat(new SoftLabels(2, 3, 0).of(new int[] {2, 0}, 1)).containsExactly(0, 0, 1, 1, 0, 0);
    }

    @Test
    void mixedImagesHaveMixedLabels() {
        SoftLabels labels = new SoftLabels(4, 3, 0);
        assertThat(labels.of(new int[] {0, 1, 1, 2}, 0.75))
                .containsExactly(0.75f, 0, 0.25f, 0, 1, 0, 0, 1, 0, 0.25f, 0, 0.75f);
        assertThat(labels.of(new int[] {1, 1, 0, 0}, 1))
                .as("what the batch before set is taken back")
                .containsExactly(0, 1, 0, 0, 1, 0, 1, 0, 0, 1, 0, 0);
    }
}
