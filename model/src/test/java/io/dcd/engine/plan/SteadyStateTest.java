package io.dcd.engine.plan;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.dcd.engine.ParameterLayout;
import io.dcd.engine.backend.onednn.OneDnnBackend;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.GraphBuilder;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.Activation;
import io.dcd.engine.operation.ImageNormalization;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;

/** What training leaves behind step by step: next to nothing on the Java heap, nothing outside of it. */
class SteadyStateTest {
    private static final int BATCH = 2;
    private static final int SIZE = 20;
    private static final int CLASSES = 4;
    private static final int STEPS = 50;

    /** Until the vector loops are compiled, which may take long on a busy machine, each of their steps leaves objects. */
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    /** Bytes of a step: less than one small array for every operation. */
    private static final long ALLOWED_BYTES = 1024;

    @Test
    void stepsLeaveNothingBehind() {
        Graph graph = network();
        ByteBuffer images = ByteBuffer.allocate(BATCH * SIZE * SIZE * 3);
        try (TrainingPlan plan = new TrainingPlan(graph, new OneDnnBackend(1), BATCH, 1, parameter -> true)) {
            Random random = new Random(3);
            plan.parameters()
                    .write(random.doubles(plan.parameters().elements(), -0.3, 0.3)
                            .toArray());
            random.nextBytes(images.array());
            float[] labels = {1, 0, 0, 0, 0, 0.5f, 0.5f, 0};
            run(plan, images, labels);
            long nativeBytes = Pointer.totalBytes();
            long perStep = Long.MAX_VALUE;
            Instant end = Instant.now().plus(PATIENCE);
            while (perStep >= ALLOWED_BYTES && Instant.now().isBefore(end)) {
                long before = allocatedBytes();
                run(plan, images, labels);
                perStep = (allocatedBytes() - before) / STEPS;
            }
            assertThat(perStep)
                    .as("bytes that a step allocates on the Java heap in the end")
                    .isLessThan(ALLOWED_BYTES);
            assertThat(Pointer.totalBytes()).as("native bytes held").isLessThanOrEqualTo(nativeBytes);
        }
    }

    /** An operation of every kind that a dynamic network trains with, large enough that expansions are merged. */
    static Graph network() {
        GraphBuilder builder = new GraphBuilder();
        ParameterLayout parameters = new ParameterLayout();
        Tensor images =
                builder.images(SIZE, SIZE, ImageNormalization.IMAGENET_MEAN, ImageNormalization.IMAGENET_DEVIATION);
        Tensor x = builder.convolution("stem", images, parameters.weight("S", 4, 3, 3, 3), 1, 1);
        Tensor fixed = builder.convolution("fixed", x, parameters.weight("W", 24, 4, 1, 1), 1, 0);
        Tensor s = builder.averagePooling("s", x, 2, 2);
        Tensor factors = builder.activate(
                "factors",
                builder.matrixProduct("l", s, parameters.weight("L", 24, 16)),
                Activation.DOUBLE_HARD_SIGMOID);
        Tensor attended = builder.scale("attended", fixed, factors);
        Tensor y = builder.batchNormalization("y", attended, parameters.normalization("a", 24), Activation.RELU6);
        y = builder.depthwiseConvolution("d", y, parameters.weight("D", 3, 3, 24), 2, 1);
        y = builder.batchNormalization("z", y, parameters.normalization("b", 24), Activation.RELU6);
        y = builder.dropout("dropped", builder.averagePooling("pooled", y, 1, 1), 0.2);
        Tensor logits = builder.matrixProduct("logits", y, parameters.weight("C", CLASSES, 24));
        return builder.build(logits, parameters.all());
    }

    private static void run(TrainingPlan plan, ByteBuffer images, float[] labels) {
        StepSettings settings = new StepSettings(1e-3, 0.9, 1e-4);
        for (int i = 0; i < STEPS; i++) {
            plan.step(i, images, labels, settings);
        }
    }

    /** By the thread that runs the plan. */
    private static long allocatedBytes() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }
}
