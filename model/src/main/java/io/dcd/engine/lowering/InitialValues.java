package io.dcd.engine.lowering;

import java.util.Arrays;
import java.util.Random;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * How a parameter begins. As an {@link IWeightInit} it also serves the stock layers of DL4J, which then draw from ND4J's
 * generator; {@link InitialParameters} draws from a generator of each parameter's own.
 */
public sealed interface InitialValues extends IWeightInit {
    /** Every value the same. */
    record Constant(@JsonProperty("value") double value) implements InitialValues {
        @Override
        public void fill(float[] values, Random random) {
            Arrays.fill(values, (float) value);
        }
    }

    /** Normal with mean 0. */
    record Normal(@JsonProperty("deviation") double deviation) implements InitialValues {
        @Override
        public void fill(float[] values, Random random) {
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (deviation * random.nextGaussian());
            }
        }
    }

    /** Uniform between −bound and bound. */
    record Uniform(@JsonProperty("bound") double bound) implements InitialValues {
        @Override
        public void fill(float[] values, Random random) {
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (bound * (2 * random.nextDouble() - 1));
            }
        }
    }

    /**
     * Uniform between −bound and bound for the weights of a linear layer and for its bias: PyTorch's default, with the
     * bound 1/√fan_in. (DL4J itself begins the bias as the layer says.)
     */
    record Linear(@JsonProperty("bound") double bound) implements InitialValues {
        @Override
        public void fill(float[] values, Random random) {
            new Uniform(bound).fill(values, random);
        }

        @Override
        public InitialValues ofBias(double constant) {
            return this;
        }
    }

    /** N(0, √(2/(k²·C_out))) for a convolution of kernel k, as He et al. 2015 (fan out) and the reference have it. */
    static InitialValues convolution(int kernel, int outputs) {
        return new Normal(Math.sqrt(2.0 / ((double) kernel * kernel * outputs)));
    }

    /** How the bias of a layer begins whose weights begin so and which itself says {@code constant}. */
    default InitialValues ofBias(double constant) {
        return new Constant(constant);
    }

    /** Fills {@code values} from {@code random}. */
    void fill(float[] values, Random random);

    @Override
    default INDArray init(double fanIn, double fanOut, long[] shape, char order, INDArray parameterView) {
        float[] values = new float[Math.toIntExact(parameterView.length())];
        fill(values, new Random(Nd4j.getRandom().nextLong()));
        parameterView.assign(Nd4j.createFromArray(values).reshape(parameterView.shape()));
        return parameterView.reshape(order, shape);
    }
}
