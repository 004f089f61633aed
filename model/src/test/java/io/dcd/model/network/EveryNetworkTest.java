package io.dcd.model.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.dcd.engine.backend.Backends;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.lowering.InitialParameters;
import io.dcd.engine.lowering.Lowering;
import io.dcd.engine.plan.StepResult;
import io.dcd.engine.plan.StepSettings;
import io.dcd.engine.plan.TrainingPlan;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every network of the registry builds, steps once and has a gradient for every parameter. */
class EveryNetworkTest {
    private static final int SIZE = 32;
    private static final int BATCH = 4;
    private static final int CLASSES = 4;

    static List<String> names() {
        return Networks.names();
    }

    @ParameterizedTest
    @MethodSource("names")
    void stepsOnce(String name) {
        ComputationGraphConfiguration configuration =
                Networks.named(name).configuration(NetworkOptions.of(SIZE, CLASSES));
        Graph graph = Lowering.ofTensors(configuration, new Shape(SIZE, SIZE, 3));
        try (TrainingPlan plan =
                new TrainingPlan(graph, Backends.select(Backends.AUTO, 1), BATCH, 0, parameter -> true)) {
            plan.parameters().write(InitialParameters.draw(configuration, 1));
            plan.plan()
                    .input(graph.inputs().get(0))
                    .write(new Random(2).doubles(BATCH * SIZE * SIZE * 3, -2, 2).toArray());
            float[] labels = new float[BATCH * CLASSES];
            for (int n = 0; n < BATCH; n++) {
                labels[n * CLASSES + n % CLASSES] = 1;
            }
            StepResult result = plan.step(0, labels, new StepSettings(0.01, 0.9, 1e-4));
            assertThat(result.finite()).isTrue();
            for (Parameter parameter : graph.parameters()) {
                float[] gradient = new float[parameter.elements()];
                plan.gradients().slice(parameter.offset(), parameter.elements()).read(gradient);
                boolean moved = false;
                for (float value : gradient) {
                    moved |= value != 0;
                }
                assertThat(moved)
                        .as("%s has a gradient", parameter.name())
                        .isEqualTo(parameter.kind().trainable());
            }
        }
    }
}
