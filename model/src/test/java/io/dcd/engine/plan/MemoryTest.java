package io.dcd.engine.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.dcd.engine.backend.onednn.OneDnnBackend;
import io.dcd.engine.bench.ProcessMemory;
import io.dcd.engine.graph.Graph;
import java.util.Arrays;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;

/** Training and predicting for long takes no more memory than for short. */
class MemoryTest {
    private static final int BATCH = 2;
    private static final int STEPS = 2000;

    /** Compiled code and the heap's first collections grow in the beginning. */
    private static final int FIRST_STEPS = 1000;

    /**
     * What the Java heap and compiled code may still take. One descriptor of a hundred bytes left behind by each of the
     * hundred primitives of a step would be 10.
     */
    private static final double ALLOWED_MEGABYTES = 8;

    @Test
    void staysFlatOverManySteps() {
        assumeThat(ProcessMemory.megabytes())
                .as("the system tells the resident memory")
                .isPresent();
        Graph graph = SteadyStateTest.network();
        float[] labels = {1, 0, 0, 0, 0, 0.5f, 0.5f, 0};
        float[] logits = new float[labels.length];
        StepSettings settings = new StepSettings(1e-5, 0.9, 1e-4);
        try (TrainingPlan training = new TrainingPlan(graph, new OneDnnBackend(1), BATCH, 1, parameter -> true);
                Plan inference = new Plan(graph, new OneDnnBackend(1), PlanOptions.inference(BATCH))) {
            float[] parameters = new float[graph.parameterElements()];
            Arrays.fill(parameters, 0.1f);
            training.parameters().write(parameters);
            long nativeBytes = 0;
            double resident = 0;
            for (int step = 0; step < STEPS; step++) {
                if (step == FIRST_STEPS) {
                    nativeBytes = Pointer.totalBytes();
                    resident = ProcessMemory.megabytes().orElseThrow();
                }
                assertThat(training.step(step, labels, settings).finite()).isTrue();
                training.parameters().read(parameters);
                inference.parameters().write(parameters);
                inference.forward();
                inference.output().read(logits);
            }
            assertThat(Pointer.totalBytes()).as("native bytes held").isLessThanOrEqualTo(nativeBytes);
            assertThat(ProcessMemory.megabytes().orElseThrow() - resident)
                    .as("megabytes that became resident in the last %d steps", STEPS - FIRST_STEPS)
                    .isLessThan(ALLOWED_MEGABYTES);
        }
    }
}
