package io.dcd.model.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.dcd.engine.backend.Backends;
import io.dcd.engine.backend.Buffer;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.lowering.InitialParameters;
import io.dcd.engine.lowering.Lowering;
import io.dcd.engine.plan.StepResult;
import io.dcd.engine.plan.StepSettings;
import io.dcd.engine.plan.TrainingPlan;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every network of the registry, and every option in a small one, builds, steps once and has a gradient for every parameter. */
class EveryNetworkTest {
    private static final int SIZE = 32;
    private static final int BATCH = 4;
    private static final int CLASSES = 4;
    private static final int DRAWS = 5;

    static List<String> names() {
        return NetworksTest.namesAndVariants();
    }

    @ParameterizedTest
    @MethodSource("names")
    void stepsOnce(String name) {
        ComputationGraphConfiguration configuration =
                Networks.named(name).configuration(NetworkOptions.of(SIZE, CLASSES));
        Graph graph = Lowering.ofTensors(configuration, new Shape(SIZE, SIZE, 3));
        float[] labels = new float[BATCH * CLASSES];
        for (int n = 0; n < BATCH; n++) {
            labels[n * CLASSES + n % CLASSES] = 1;
        }
        Set<Parameter> moved = new HashSet<>();
        try (TrainingPlan plan =
                new TrainingPlan(graph, Backends.select(Backends.AUTO, 1), BATCH, 0, parameter -> true)) {
            // The handful of ReLUs in an attention may all be off for one draw.
            for (int seed = 1; seed <= DRAWS && moved.size() < trainable(graph); seed++) {
                plan.parameters().write(InitialParameters.draw(configuration, seed));
                plan.plan()
                        .input(graph.inputs().get(0))
                        .write(new Random(seed)
                                .doubles(BATCH * SIZE * SIZE * 3, -2, 2)
                                .toArray());
                StepResult result = plan.step(0, labels, new StepSettings(0.01, 0.9, 1e-4));
                assertThat(result.finite()).isTrue();
                Buffer gradients = plan.gradients();
                graph.parameters().stream()
                        .filter(parameter -> hasValues(gradients, parameter))
                        .forEach(moved::add);
            }
        }
        for (Parameter parameter : graph.parameters()) {
            assertThat(moved.contains(parameter))
                    .as("%s has a gradient", parameter.name())
                    .isEqualTo(parameter.kind().trainable());
        }
    }

    private static long trainable(Graph graph) {
        return graph.parameters().stream()
                .filter(parameter -> parameter.kind().trainable())
                .count();
    }

    private static boolean hasValues(Buffer gradients, Parameter parameter) {
        float[] gradient = new float[parameter.elements()];
        gradients.slice(parameter.offset(), parameter.elements()).read(gradient);
        for (float value : gradient) {
            if (value != 0) {
                return true;
            }
        }
        return false;
    }
}
