package io.dcd.torch;

import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Parameter;
import io.dcd.engine.operation.ImageNormalization;
import io.dcd.engine.peer.Workload;
import io.dcd.engine.plan.StepResult;
import io.dcd.engine.plan.StepSettings;
import io.dcd.engine.plan.Trainer;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Predicate;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/** The engine's training step in libtorch, in float32: SGD with momentum and coupled weight decay, clipping, no dropout. */
final class TorchTrainer implements Trainer {
    private final Graph graph;
    private final int batch;
    private final int classes;
    private final TorchNetwork network;
    private final Predicate<Parameter> decays;
    private final Tensor mean;
    private final Tensor deviation;
    private TorchParameters parameters;
    private TorchParameters velocity;

    TorchTrainer(Workload workload, Predicate<Parameter> decays) {
        this.graph = workload.graph();
        this.batch = workload.batch();
        this.classes = graph.output().shape().elements();
        this.network = TorchNetworks.named(workload.network(), workload.stemStride());
        this.decays = decays;
        ImageNormalization images = (ImageNormalization) graph.operations().get(0);
        this.mean = ofChannels(images.mean());
        this.deviation = ofChannels(images.deviation());
    }

    @Override
    public void write(float[] values, float[] startVelocity) {
        closeParameters();
        parameters = new TorchParameters(graph, values, torch.ScalarType.Float);
        velocity = new TorchParameters(graph, startVelocity, torch.ScalarType.Float);
    }

    @Override
    public void read(float[] values, float[] lastVelocity) {
        read(parameters, values);
        read(velocity, lastVelocity);
    }

    @Override
    public StepResult step(long number, ByteBuffer images, float[] labels, StepSettings settings) {
        PointerScope temporaries = new PointerScope();
        try {
            Tensor logits = network.forward(new TorchLayers(parameters, true), normalized(images));
            Tensor targets = TorchParameters.tensor(labels, torch.ScalarType.Float, batch, classes);
            Tensor loss = torch.sum(torch.log_softmax(logits, 1).mul(targets)).div(new Scalar(-(double) batch));
            loss.backward();
            double clipNorm = settings.clipNorm() == 0 ? Double.POSITIVE_INFINITY : settings.clipNorm();
            double norm = torch.clip_grad_norm_(parameters.trainable(), clipNorm);
            StepResult result = new StepResult(loss.item_double(), norm);
            update(settings, result.finite());
            return result;
        } finally {
            temporaries.close();
        }
    }

    private void update(StepSettings settings, boolean finite) {
        NoGradGuard withoutGradients = new NoGradGuard();
        try {
            for (Parameter parameter : graph.parameters()) {
                if (parameter.kind().trainable()) {
                    Tensor p = parameters.get(parameter.name());
                    if (finite) {
                        double decay = decays.test(parameter) ? settings.weightDecay() : 0;
                        Tensor v = velocity.get(parameter.name());
                        v.mul_(new Scalar(settings.momentum())).add_(p.grad()).add_(p, new Scalar(decay));
                        p.sub_(v, new Scalar(settings.learningRate()));
                    }
                    p.grad().zero_();
                }
            }
        } finally {
            withoutGradients.close();
        }
    }

    /** NHWC bytes as normalised floats, NCHW in the memory format channels last. */
    private Tensor normalized(ByteBuffer images) {
        long side = (long) Math.sqrt(images.capacity() / (3.0 * batch));
        Tensor bytes = torch.from_blob(
                new BytePointer(images), new long[] {batch, side, side, 3}, new TensorOptions(torch.ScalarType.Byte));
        Tensor scaled = bytes.permute(0, 3, 1, 2).to(torch.ScalarType.Float).div(new Scalar(255.0));
        return scaled.sub(mean).div(deviation);
    }

    private void read(TorchParameters from, float[] values) {
        for (Parameter parameter : graph.parameters()) {
            double[] read = from.values(parameter);
            for (int i = 0; i < read.length; i++) {
                values[Math.toIntExact(parameter.offset()) + i] = (float) read[i];
            }
        }
    }

    private static Tensor ofChannels(List<Double> values) {
        float[] floats = new float[values.size()];
        for (int c = 0; c < floats.length; c++) {
            floats[c] = values.get(c).floatValue();
        }
        return TorchParameters.tensor(floats, torch.ScalarType.Float, 1, floats.length, 1, 1);
    }

    @Override
    public void close() {
        mean.close();
        deviation.close();
        closeParameters();
    }

    private void closeParameters() {
        if (parameters != null) {
            parameters.close();
            velocity.close();
        }
    }
}
