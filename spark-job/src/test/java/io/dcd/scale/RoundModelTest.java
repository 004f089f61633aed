package io.dcd.scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.dcd.report.RunRecord;
import io.dcd.scale.RoundModel.Network;
import io.dcd.scale.RoundModel.Place;
import io.dcd.scale.RoundModel.Prediction;
import io.dcd.settings.SettingsException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoundModelTest {
    private static final Network NETWORK = new Network(1e9, 1e-3);
    private static final long PARAMETERS = 1_000_000;

    /** exchange = 0.02 s + 1 ns a byte; the slowest of W comes 0.1 s·√(2 ln W) late. */
    private static final double FIXED = 0.02;

    private static final double PER_BYTE = 1e-9;
    private static final double SPREAD = 0.1;

    @Test
    void whatTheMeasurementsWereMadeOfIsFound() {
        RoundModel model = RoundModel.fit(List.of(times(2, 20), times(4, 20)), NETWORK);
        assertThat(model.computeSeconds()).isEqualTo(2.0, within(1e-9));
        assertThat(model.spreadSeconds()).isEqualTo(SPREAD, within(1e-9));
        assertThat(model.fixedSeconds()).isEqualTo(FIXED, within(1e-9));
        assertThat(model.secondsPerByte()).isEqualTo(PER_BYTE, within(1e-18));
        assertThat(model.returnedBytes()).isEqualTo(8 * PARAMETERS);
    }

    @Test
    void predictionIsTheFormula() {
        RoundModel model = RoundModel.fit(List.of(times(2, 20), times(4, 20)), NETWORK);
        Prediction driver = model.predict(64, 1, Place.DRIVER);
        double straggler = SPREAD * Math.sqrt(2 * Math.log(64));
        // V/B = 8 ms; ⌈log₂ 65⌉ = 7 hops of 1 ms.
        double broadcast = 0.008 + 0.007;
        double aggregation = FIXED + 64 * (0.008 + 8e6 * PER_BYTE);
        assertThat(driver.seconds()).isEqualTo(2 + straggler + broadcast + aggregation, within(1e-9));
        assertThat(driver.imagesPerSecond()).isEqualTo(64 * 20 * 32 / driver.seconds(), within(1e-6));
        Prediction executors = model.predict(64, 1, Place.EXECUTORS);
        assertThat(executors.aggregationSeconds()).isEqualTo(2 * FIXED + 64e-3 + 0.016 + 8e6 * PER_BYTE, within(1e-9));
    }

    @Test
    void workersOfAnExecutorTakeTurns() {
        RoundModel model = RoundModel.fit(List.of(times(2, 20), times(4, 20)), NETWORK);
        double straggler = Math.sqrt(3) * SPREAD * Math.sqrt(2 * Math.log(8));
        double broadcast = 0.008 + 0.004;
        Prediction driver = model.predict(8, 3, Place.DRIVER);
        double onDriver = FIXED + 24 * (0.008 + 8e6 * PER_BYTE);
        assertThat(driver.seconds()).isEqualTo(3 * 2 + straggler + broadcast + onDriver, within(1e-9));
        assertThat(driver.imagesPerSecond()).isEqualTo(24 * 20 * 32 / driver.seconds(), within(1e-6));
        assertThat(driver.efficiency()).isEqualTo(6 / driver.seconds(), within(1e-9));
        Prediction executors = model.predict(8, 3, Place.EXECUTORS);
        assertThat(executors.aggregationSeconds())
                .isEqualTo(2 * FIXED + 8e-3 + 4 * 0.008 + 3 * 8e6 * PER_BYTE, within(1e-9));
    }

    @Test
    void oneSizeChargesEverythingToTheBytes() {
        RoundModel model = RoundModel.fit(List.of(times(4, 20)), NETWORK);
        assertThat(model.fixedSeconds()).isZero();
        assertThat(model.secondsPerByte() * 4 * 8 * PARAMETERS)
                .isEqualTo(FIXED + 4 * 8 * PARAMETERS * PER_BYTE, within(1e-9));
    }

    @Test
    void runWithoutFullRoundsIsRefused() {
        assertThatThrownBy(() -> times(4, 0))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("has no full round of 20 steps");
    }

    private static RoundTimes times(int workers, int rounds) {
        double exchange = FIXED + workers * 8 * PARAMETERS * PER_BYTE;
        List<JsonNode> lines = new ArrayList<>();
        // Two rounds that warm up, as many as asked for, and a short one at the end.
        lines.add(round(workers, 20, 9, exchange * 5));
        lines.add(round(workers, 20, 5, exchange * 3));
        for (int i = 0; i < rounds; i++) {
            lines.add(round(workers, 20, 2, exchange));
        }
        lines.add(round(workers, 3, 0.3, exchange));
        String settings = "training { workers = %d, batch = 32, steps-per-round = 20 }, averaging.encoding = float32"
                .formatted(workers);
        return RoundTimes.of(new RunRecord("run", settings, lines, List.of()));
    }

    private static JsonNode round(int workers, int steps, double worker, double exchange) {
        double slack = SPREAD * Math.sqrt(2 * Math.log(workers));
        return JsonNodeFactory.instance
                .objectNode()
                .put("samples", workers * 32 * steps)
                .put("compute_seconds", 0.9 * worker)
                .put("wait_seconds", 0.1 * worker)
                .put("exchange_seconds", exchange)
                .put("returned_bytes", workers * 8 * PARAMETERS)
                .put("seconds", worker + slack + exchange);
    }
}
