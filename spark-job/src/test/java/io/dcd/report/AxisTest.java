package io.dcd.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class AxisTest {
    @ParameterizedTest
    @CsvSource({
        "0, 1, 0.0 0.2 0.4 0.6000000000000001 0.8 1.0",
        "0, 0.3, 0.0 0.05 0.1 0.15000000000000002 0.2 0.25 0.30000000000000004",
        "-3, 40, 0.0 10.0 20.0 30.0 40.0",
        "0.05, 0.05, 0.03 0.04 0.05 0.06 0.07",
    })
    void ticksAreRoundNumbers(double low, double high, String ticks) {
        assertThat(Axis.covering(low, high).ticks()).extracting(String::valueOf).containsExactly(ticks.split(" "));
    }

    static List<double[]> everyRangeHasAFewTicksInOrder() {
        double next = Math.nextUp(1.0);
        return List.of(
                new double[] {0, 0},
                new double[] {7, 7},
                new double[] {-7, -7},
                new double[] {1, next},
                new double[] {1e16, 1e16 + 2},
                new double[] {-1e16, 1e16},
                new double[] {0, Double.MIN_VALUE},
                new double[] {Double.MIN_VALUE, Double.MIN_VALUE},
                new double[] {Double.MAX_VALUE, Double.MAX_VALUE},
                new double[] {-Double.MAX_VALUE, Double.MAX_VALUE},
                new double[] {1e-299, 2e-299},
                new double[] {1, 1.00002});
    }

    @ParameterizedTest
    @MethodSource
    void everyRangeHasAFewTicksInOrder(double[] range) {
        Axis axis = Axis.covering(range[0], range[1]);
        assertThat(axis.ticks())
                .hasSizeBetween(2, 12)
                .doesNotHaveDuplicates()
                .isSorted()
                .allSatisfy(tick -> assertThat(axis.part(tick)).isBetween(-1e-6, 1 + 1e-6));
        assertThat(axis.part(range[0])).isBetween(0.0, 1.0);
        assertThat(axis.part(range[1])).isBetween(axis.part(range[0]), 1.0);
    }
}
