package io.dcd.engine.backend.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.dcd.engine.backend.Buffer;
import io.dcd.engine.backend.LossKernel;
import io.dcd.engine.backend.LossMemory;
import org.junit.jupiter.api.Test;

class ReferenceLossTest {
    private final ReferenceBackend backend = new ReferenceBackend();
    private final Buffer logits = backend.allocate(6);
    private final Buffer targets = backend.allocate(6);
    private final Buffer gradient = backend.allocate(6);
    private final LossKernel loss = backend.lossKernel(new LossMemory(2, 3, logits, targets, gradient));

    @Test
    void uniformLogitsCostTheLogarithmOfTheClasses() {
        targets.write(new double[] {1, 0, 0, 0, 0.5, 0.5});
        assertThat(loss.forward()).isCloseTo(Math.log(3), within(1e-15));
    }

    @Test
    void hugeLogitsDoNotOverflow() {
        logits.write(new double[] {1e4, 0, -1e4, 0, 0, 1e4});
        targets.write(new double[] {0, 1, 0, 0, 0, 1});
        assertThat(loss.forward()).isCloseTo(0.5e4, within(1e-9));
    }

    @Test
    void gradientEqualsFiniteDifferences() {
        double[] point = {0.3, -1.2, 0.7, 2.0, 0.1, -0.4};
        targets.write(new double[] {0.9, 0.05, 0.05, 0.25, 0.25, 0.5});
        logits.write(point);
        loss.forward();
        loss.backward();
        double[] analytic = new double[6];
        gradient.read(analytic);
        double step = 1e-5;
        for (int i = 0; i < point.length; i++) {
            double numeric = (at(point, i, step) - at(point, i, -step)) / (2 * step);
            assertThat(analytic[i]).as("logit %d", i).isCloseTo(numeric, within(1e-9));
        }
    }

    private double at(double[] point, int index, double step) {
        double[] moved = point.clone();
        moved[index] += step;
        logits.write(moved);
        return loss.forward();
    }
}
