package io.dcd.torch;

import io.dcd.engine.graph.Parameter;
import java.util.Arrays;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Training by libtorch's own autograd and optimiser. Between two steps only parameters, gradients and velocities are left. */
final class TorchRun implements TrainingRun {
    private final Problem problem;
    private final TorchNetwork network;
    private final TorchParameters parameters;
    private final TensorVector trainable;
    private final SGD optimizer;
    private double loss;
    private double[] logits;

    TorchRun(Problem problem, TorchNetwork network, double learningRate, torch.ScalarType precision) {
        this.problem = problem;
        this.network = network;
        this.parameters = new TorchParameters(problem.graph(), problem.parameters(), precision);
        this.trainable = parameters.trainable();
        SGDOptions options = new SGDOptions(learningRate);
        options.momentum().put(Problem.MOMENTUM);
        options.weight_decay().put(Problem.WEIGHT_DECAY);
        this.optimizer = new SGD(trainable, options);
    }

    /** The learning rate with which a step lowers the loss, by the slope where it begins, by the part {@code share}. */
    static double learningRate(Problem problem, TorchNetwork network, double share) {
        try (TorchRun run = new TorchRun(problem, network, 0, torch.ScalarType.Double)) {
            run.differentiate();
            double squares = problem.graph().parameters().stream()
                    .filter(parameter -> parameter.kind().trainable())
                    .flatMapToDouble(parameter -> Arrays.stream(run.gradient(parameter)))
                    .map(value -> value * value)
                    .sum();
            return share * run.loss() / squares;
        }
    }

    @Override
    public void step(long number) {
        optimizer.zero_grad();
        differentiate();
        optimizer.step();
    }

    private void differentiate() {
        loss = TensorScope.releasing(() -> {
            // With the names of intermediate results gone, the backward pass frees each as soon as it has read it.
            Tensor mean = TensorScope.keepingResult(this::forward);
            mean.backward();
            return mean.item_double();
        });
    }

    /** The mean cross-entropy of the soft labels. */
    private Tensor forward() {
        int batch = problem.batch();
        Tensor images = FeatureMaps.channelsFirst(problem.input(), batch, problem.inputShape(), parameters.precision());
        Tensor y = network.forward(new TorchLayers(parameters, true), images);
        logits = TorchParameters.values(y);
        Tensor targets = TorchParameters.tensor(problem.labels(), parameters.precision(), batch, y.size(1));
        return torch.sum(torch.log_softmax(y, 1).mul(targets)).div(new Scalar(-(double) batch));
    }

    @Override
    public double loss() {
        return loss;
    }

    @Override
    public double[] logits() {
        return logits;
    }

    @Override
    public double[] gradient(Parameter parameter) {
        return parameters.gradient(parameter);
    }

    @Override
    public double[] values(Parameter parameter) {
        return parameters.values(parameter);
    }

    @Override
    public void close() {
        optimizer.close();
        trainable.close();
        parameters.close();
    }
}
