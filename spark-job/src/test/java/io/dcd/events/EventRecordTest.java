package io.dcd.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The bytes are those that TensorBoard 2.21's own writer (Python) makes of the same events. */
class EventRecordTest {
    @Test
    void fileBeginsWithItsVersion() {
        assertThat(hex(EventRecord.begin()))
                .isEqualTo("0f000000000000006d532b091a0d627261696e2e4576656e743a32fc985129");
    }

    @Test
    void scalarsAreASummaryWithItsStepAndTime() {
        Map<String, Double> scalars = new LinkedHashMap<>();
        scalars.put("training/loss", 4.25);
        scalars.put("validation/top1", 9.68);
        assertThat(hex(EventRecord.scalars(1763640000.5, 1234, scalars)))
                .isEqualTo("3c00000000000000c8b7a35209000020b0c047da4110d2092a2e0a140a0d747261696e696e672f6c6f7373"
                        + "15000088400a160a0f76616c69646174696f6e2f746f70311548e11a41b35a82fd");
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
