package io.dcd.model.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.dcd.engine.lowering.InitialParameters;
import io.dcd.model.network.NetworkOptions;
import io.dcd.model.network.Networks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CostReportTest {
    /** Table 4 of the paper, in millions. */
    @ParameterizedTest
    @CsvSource({
        "mobilenetv2-x1.0-static, 300.0",
        "mobilenetv2-x0.5-static, 97.0",
        "mobilenetv2-x1.0-dcd, 326.0",
        "mobilenetv2-x0.5-dcd, 104.8",
    })
    void multiplyAddsAreThePublishedOnes(String name, double millions) {
        assertThat(report(name).madds().published() / 1e6).isCloseTo(millions, withinPercentage(1));
    }

    /** The feature-space form everywhere, in millions, computed by hand from the reference's sizes. */
    @ParameterizedTest
    @CsvSource({"mobilenetv2-x1.0-dcd, 398", "mobilenetv2-x0.5-dcd, 132"})
    void executedMultiplyAddsAreThoseOfFeatureSpace(String name, double millions) {
        assertThat(report(name).madds().executed() / 1e6).isCloseTo(millions, within(0.5));
    }

    @Test
    void runningStatisticsAreCountedApart() {
        CostReport report = report("mobilenetv2-x0.5-dcd");
        assertThat(report.trainableParameters()).isEqualTo(3_056_616);
        int flat = InitialParameters.draw(
                        Networks.named("mobilenetv2-x0.5-dcd").configuration(NetworkOptions.imageNet()), 0)
                .length;
        assertThat(report.trainableParameters() + report.runningStatistics()).isEqualTo(flat);
    }

    @Test
    void everyLayerIsListed() {
        CostReport report = report("mobilenetv2-x0.5-dcd");
        assertThat(report.layers())
                .extracting(LayerCost::name)
                .startsWith("stem", "stem-norm", "block1-depthwise")
                .endsWith("head", "head-norm", "classifier");
        // 3×3×3×16 weights at 112 × 112 positions.
        assertThat(report.layers().get(0))
                .isEqualTo(new LayerCost(
                        "stem", "ConvolutionLayer", "112×112×16", 432, 0, new MultiplyAdds(5419008, 5419008)));
    }

    /** Everything before the classifier scales with the number of positions; 448 = 2 · 224 halves as evenly. */
    @Test
    void costFollowsTheImageSize() {
        long classifier = 1280L * 1000;
        CostReport large = CostReport.of(Networks.named("mobilenetv2-x0.5-static"), NetworkOptions.of(448, 1000));
        long usual = report("mobilenetv2-x0.5-static").madds().executed() - classifier;
        assertThat(large.madds().executed() - classifier).isEqualTo(4 * usual);
    }

    private static CostReport report(String name) {
        return CostReport.of(Networks.named(name), NetworkOptions.imageNet());
    }
}
