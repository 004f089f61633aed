package io.dcd.engine.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.dcd.engine.ParameterLayout;
import io.dcd.engine.backend.Backend;
import io.dcd.engine.backend.Backends;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.GraphBuilder;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.graph.Tensor;
import io.dcd.torch.TorchParameters;
import java.util.Optional;
import java.util.Random;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Steps with clipped gradients against libtorch's {@code clip_grad_norm_} and SGD, on a linear classifier. */
class ClippingOracleTest {
    private static final int INPUTS = 40;
    private static final int CLASSES = 7;
    private static final int BATCH = 8;
    private static final int STEPS = 6;
    /** The norms of the unclipped gradients lie around 1, on both sides. */
    private static final double CLIP_NORM = 1;

    private final Random random = new Random(3);

    @ParameterizedTest
    @CsvSource({"reference, 1, 1e-12", "onednn, 1, 1e-6", "onednn, 2, 1e-6"})
    void clipsAsLibtorchDoes(String backend, int threads, double tolerance) {
        float[] parameters = random(INPUTS * CLASSES + CLASSES, 0.1);
        TorchParameters expected = new TorchParameters(graph(), parameters, torch.ScalarType.Double);
        SGDOptions options = new SGDOptions(0.5);
        options.momentum().put(0.9);
        options.weight_decay().put(0.01);
        TensorVector trainable = expected.trainable();
        SGD optimizer = new SGD(trainable, options);
        Backend engine = Backends.select(backend, threads);
        int clipped = 0;
        try (TrainingPlan plan = new TrainingPlan(graph(), engine, BATCH, 1, parameter -> true)) {
            plan.parameters().write(parameters);
            for (int step = 0; step < STEPS; step++) {
                // Smaller inputs, smaller gradients: the first steps are clipped, the last are not.
                float[] inputs = random(BATCH * INPUTS, 1.5 / (step + 1));
                plan.plan().input(plan.plan().graph().inputs().get(0)).write(inputs);
                optimizer.zero_grad();
                loss(expected, inputs).backward();
                double norm = torch.clip_grad_norm_(trainable, CLIP_NORM);
                optimizer.step();
                StepResult result = plan.step(step, labels(), new StepSettings(0.5, 0.9, 0.01, CLIP_NORM));
                assertThat(result.gradientNorm()).isCloseTo(norm, within(norm * 10 * tolerance));
                clipped += norm > CLIP_NORM ? 1 : 0;
            }
            double[] actual = new double[parameters.length];
            plan.parameters().read(actual);
            double[] weights = TorchParameters.values(expected.get("test.W"));
            for (int i = 0; i < weights.length; i++) {
                assertThat(actual[i]).isCloseTo(weights[i], within(10 * tolerance));
            }
        }
        assertThat(clipped).as("steps that were clipped").isBetween(1, STEPS - 1);
    }

    private static org.bytedeco.pytorch.Tensor loss(TorchParameters parameters, float[] inputs) {
        org.bytedeco.pytorch.Tensor logits = torch.linear(
                tensor(inputs, BATCH, INPUTS), parameters.get("test.W"), new TensorOptional(parameters.get("test.b")));
        return torch.sum(torch.log_softmax(logits, 1).mul(tensor(labels(), BATCH, CLASSES)))
                .div(new Scalar(-(double) BATCH));
    }

    private static org.bytedeco.pytorch.Tensor tensor(float[] values, long... shape) {
        return TorchParameters.tensor(values, torch.ScalarType.Double, shape);
    }

    private static Graph graph() {
        GraphBuilder builder = new GraphBuilder();
        ParameterLayout layout = new ParameterLayout();
        Tensor x = builder.input("x", Shape.vector(INPUTS));
        return builder.build(
                builder.matrixProduct(
                        "z", x, layout.weight("W", CLASSES, INPUTS), Optional.of(layout.bias("b", CLASSES))),
                layout.all());
    }

    /** The n-th sample is of class n modulo {@value #CLASSES}. */
    private static float[] labels() {
        float[] labels = new float[BATCH * CLASSES];
        for (int n = 0; n < BATCH; n++) {
            labels[n * CLASSES + n % CLASSES] = 1;
        }
        return labels;
    }

    private float[] random(int length, double scale) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextDouble(-scale, scale);
        }
        return values;
    }
}
