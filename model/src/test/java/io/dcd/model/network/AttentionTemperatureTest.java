package io.dcd.model.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.dcd.engine.graph.Parameter;
import io.dcd.engine.lowering.InitialParameters;
import io.dcd.engine.lowering.ParameterLayout;
import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AttentionTemperatureTest {
    private static final NetworkOptions SMALL = NetworkOptions.of(32, 10);

    @ParameterizedTest
    @CsvSource({"0, 30", "5, 15.5", "9, 3.9", "10, 1", "299, 1"})
    void fallsFromThirtyToOneInTenEpochs(int epoch, double expected) {
        assertThat(new AttentionTemperature(List.of(), 30, 10).at(epoch)).isCloseTo(expected, within(1e-12));
    }

    @ParameterizedTest
    @CsvSource({"4, 2, 0, 4", "4, 2, 1, 2.5", "4, 2, 2, 1", "1, 10, 5, 1", "30, 0, 0, 1"})
    void beginsWhereAndLastsAsLongAsOneLikes(double first, int epochs, int epoch, double expected) {
        assertThat(new AttentionTemperature(List.of(), first, epochs).at(epoch)).isCloseTo(expected, within(1e-12));
    }

    @Test
    void setsTheTemperaturesAndNothingElse() {
        ComputationGraphConfiguration configuration =
                Networks.named("mobilenetv2-x0.35-dyconv").configuration(SMALL);
        List<Parameter> parameters = new ParameterLayout(configuration).parameters();
        float[] initial = InitialParameters.draw(configuration, 1);
        float[] lowered = new AttentionTemperature(parameters, 30, 10).during(10, initial);
        for (Parameter parameter : parameters) {
            int offset = Math.toIntExact(parameter.offset());
            if (parameter.key().equals("temperature")) {
                assertThat(initial[offset]).isEqualTo(30);
                assertThat(lowered[offset]).isEqualTo(1);
                lowered[offset] = 30;
            }
        }
        assertThat(lowered).isEqualTo(initial);
    }

    @Test
    void leavesOtherNetworksAlone() {
        ComputationGraphConfiguration configuration =
                Networks.named("mobilenetv2-x0.35-static").configuration(SMALL);
        float[] initial = InitialParameters.draw(configuration, 1);
        AttentionTemperature temperature =
                new AttentionTemperature(new ParameterLayout(configuration).parameters(), 30, 10);
        assertThat(temperature.during(3, initial)).isSameAs(initial);
    }
}
