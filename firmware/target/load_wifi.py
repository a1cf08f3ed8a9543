# latencylab target/load_wifi 1
# A radio at work. A station that is connected sends a datagram to its router (port 9, discard) each round. One that
# isn't looks for a network that doesn't exist. Never on the ESP8266, whose firmware would store that in flash
# (ports/esp8266/network_wlan.c: wifi_set_opmode, wifi_station_set_config).
class LLLoadWifi:
    busy = False
    wlan = socket = None
    was_active = searching = True

    def begin(self, a):
        import network  # boards without a radio have none
        import socket

        wlan = network.WLAN(network.STA_IF)
        connected = wlan.isconnected()
        if not connected and sys.platform == "esp8266":
            raise ValueError("the ESP8266 must be connected to a network before")
        self.was_active = wlan.active()
        self.searching = False
        self.wlan = wlan
        if connected:
            self.address = socket.getaddrinfo(wlan.ifconfig()[2], 9)[0][-1]
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.block = bytes(64)
            return
        if not self.was_active:
            wlan.active(True)
        elif wlan.status() == getattr(network, "STAT_CONNECTING", 1):
            return  # it is searching already
        self.searching = True
        wlan.connect("latencylab-load", "no-such-network")

    def turn(self):
        if self.socket is not None:
            self.socket.sendto(self.block, self.address)
            self.work += 1

    def end(self):
        if self.socket is not None:
            self.socket.close()
            self.socket = None
        if self.wlan is not None:
            try:
                if self.searching:
                    self.wlan.disconnect()
            finally:
                if not self.was_active:
                    self.wlan.active(False)


ll_loads["wifi"] = LLLoadWifi
